"""The runtime of static pages: what it starts, what it says when it cannot."""

from __future__ import annotations

import json
import re

import pytest

from c2a.widgets import ConvolutionStepper, KernelPlayground
from c2a.widgets.toolkit import static_html

pytestmark = pytest.mark.browser

GOOD = (
    "export default { render({ model, el }) { el.textContent = model.get('say'); } };"
)
STILL = '<figure class="c2a-still"><svg role="img" aria-label="still"></svg></figure>'


@pytest.fixture
def place(folder):
    """`place(name, code, state, still)`: HTML of a figure whose code is this text."""

    def written(name: str, code: str, state: dict, still: str = STILL) -> str:
        (folder / "figures" / f"{name}.js").write_text(code)
        (folder / "figures" / f"{name}.css").write_text("")
        return (
            f'<div class="c2a-widget" data-figure="{name}" data-version="1">{still}'
            f'<script type="application/json">{json.dumps(state)}</script></div>'
        )

    return written


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("export default {{{", "SyntaxError|Unexpected|token"),
        ("export default { render() { throw new Error('no luck'); } };", "no luck"),
        ("export const other = 1;", "render|undefined"),
    ],
)
def test_a_figure_that_fails_keeps_its_still_and_harms_no_other(
    open_page, place, faults, code, says
):
    page = open_page(place("bad", code, {}) + place("good", GOOD, {"say": "alive"}))
    bad = page.locator('[data-figure="bad"][data-state="failed"]')
    bad.wait_for()
    page.get_by_text("alive").first.wait_for()
    assert bad.locator("svg").count() == 1
    note = bad.get_by_role("status").inner_text()
    assert re.search(says, note)
    assert note.endswith("The picture above shows it at rest.")
    assert len(faults) == 1  # and the console tells the developer
    faults.clear()


def test_two_figures_of_one_kind_have_states_of_their_own(open_page, place):
    code = """
      export default { render({ model, el }) {
        const button = document.createElement("button");
        const draw = () => {
          const byte = model.get("bytes").getUint8(1);
          button.textContent = `${byte} ${model.get("count")}`;
        };
        button.onclick = () => { model.set("count", model.get("count") + 1); };
        model.on("change:count", draw);
        draw();
        el.append(button);
      } };"""
    state = {"count": 0, "bytes": {"base64": "AP8="}}
    page = open_page(place("twice", code, state) + place("twice", code, state))
    buttons = page.get_by_role("button")
    buttons.nth(1).wait_for()
    buttons.first.click()
    assert buttons.all_inner_texts() == ["255 1", "255 0"]


def test_a_figure_starts_when_it_comes_near(open_page):
    stepper = ConvolutionStepper()
    page = open_page('<div style="height: 5000px"></div>' + static_html(stepper))
    page.wait_for_timeout(300)
    container = page.locator(".c2a-widget")
    assert container.get_attribute("data-state") is None
    container.scroll_into_view_if_needed()
    page.locator('.c2a-widget[data-state="live"]').wait_for()
    stepper.close()


def test_settings_made_in_python_are_the_ones_shown(open_figure):
    figure = ConvolutionStepper(size=5, kernel_size=2, stride=3, padding=1, step=2)
    page = open_figure(figure)
    page.get_by_text("input 5 × 5, padded to 7").first.wait_for()
    assert page.locator(".c2a-position").inner_text() == "3 of 4"


def test_state_cannot_end_its_script_early(open_figure):
    playground = KernelPlayground(credit="</script><b>")
    page = open_figure(playground)
    assert page.get_by_text("</script><b>").is_visible()
