"""The runtime of static pages: what it starts, what it says when it cannot."""

from __future__ import annotations

import json
import re

import pytest

from c2a.widgets import ConvolutionStepper, static_html

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1000, "height": 900}
GOOD = (
    "export default { render({ model, el }) { el.textContent = model.get('say'); } };"
)


def fragment(model_id: str, state: dict, still: str = "", **more) -> str:
    record = {"state": {model_id: {"state": state, **more}}}
    place = f'<div class="c2a-widget" data-model-id="{model_id}">{still}</div>'
    kind = "application/vnd.jupyter.widget-state+json"
    return f'{place}<script type="{kind}">{json.dumps(record)}</script>'


STILL = '<figure class="c2a-still"><svg role="img" aria-label="still"></svg></figure>'


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("export default {{{", "SyntaxError|Unexpected|token"),
        ("export default { render() { throw new Error('no luck'); } };", "no luck"),
        ("export const other = 1;", "render|undefined"),
    ],
)
def test_a_figure_that_fails_keeps_its_still_and_harms_no_other(
    open_page, faults, code, says
):
    body = fragment("bad", {"_esm": code}, STILL)
    body += fragment("good", {"_esm": GOOD, "say": "alive"}, STILL)
    page = open_page(body)
    bad = page.locator('[data-model-id="bad"][data-state="failed"]')
    bad.wait_for()
    page.get_by_text("alive").wait_for()
    assert bad.locator("svg").count() == 1
    note = bad.get_by_role("status").inner_text()
    assert re.search(says, note)
    assert note.endswith("The picture above shows it at rest.")
    assert len(faults) == 1  # and the console tells the developer
    faults.clear()


def test_a_control_of_the_kernel_says_that_it_needs_one(open_page):
    page = open_page(fragment("slider", {"_view_name": "IntSliderView", "value": 3}))
    page.get_by_text("This control needs a running kernel").wait_for()


def test_a_view_script_alone_gets_its_place(open_page):
    body = fragment("one", {"_esm": GOOD, "say": "here"}).partition("</div>")[2]
    kind = "application/vnd.jupyter.widget-view+json"
    body += f'<p>before</p><script type="{kind}">{{"model_id": "one"}}</script>'
    page = open_page(body)
    page.locator("p + .c2a-widget").get_by_text("here").wait_for()


def test_two_views_share_one_model_and_bytes_arrive(open_page):
    code = """
      export default { render({ model, el }) {
        const button = document.createElement("button");
        const draw = () => {
          const bytes = model.get("deep").bytes;
          button.textContent = `${bytes.getUint8(1)} ${model.get("count")}`;
        };
        button.onclick = () => { model.set("count", model.get("count") + 1); };
        model.on("change:count", draw);
        draw();
        el.append(button);
      } };"""
    body = fragment(
        "m",
        {"_esm": code, "count": 0, "deep": {}},
        buffers=[{"path": ["deep", "bytes"], "encoding": "base64", "data": "AP8="}],
    )
    page = open_page(body + '<div class="c2a-widget" data-model-id="m"></div>')
    buttons = page.get_by_role("button")
    buttons.nth(1).wait_for()
    buttons.first.click()
    assert buttons.all_inner_texts() == ["255 1", "255 1"]


def test_a_figure_starts_when_it_comes_near(open_page, fragments):
    body = '<div style="height: 5000px"></div>' + fragments["convolution-stepper"]
    page = open_page(body, viewport=DESKTOP)
    page.wait_for_timeout(300)
    place = page.locator(".c2a-widget")
    assert place.get_attribute("data-state") is None
    place.scroll_into_view_if_needed()
    page.locator('.c2a-widget[data-state="live"]').wait_for()


def test_settings_made_in_python_are_the_ones_shown(open_page):
    stepper = ConvolutionStepper(size=5, kernel_size=2, stride=3, padding=1, step=2)
    page = open_page(static_html(stepper), viewport=DESKTOP)
    page.get_by_text("input 5 × 5, padded to 7").wait_for()
    assert page.locator(".c2a-position").inner_text() == "3 of 4"
    stepper.close()
