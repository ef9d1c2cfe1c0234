"""What is stored of a figure: its state and a picture, no code."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbclient import NotebookClient

from c2a.publishing.mime import FIGURE, WIDGET_STATE, WIDGET_VIEW
from c2a.publishing.stored_figures import without_live_figures
from c2a.widgets.toolkit import interactive


@pytest.fixture(scope="module")
def stored():
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell(
            "from c2a.widgets import ChannelStepper\nChannelStepper()"
        ),
        nbformat.v4.new_code_cell("import ipywidgets\nipywidgets.IntSlider(3)"),
    ]
    NotebookClient(notebook, timeout=1000, kernel_name="python3").execute()
    assert "export default" in json.dumps(notebook)  # live, the code travels
    return without_live_figures(notebook)


def test_a_stored_figure_is_state_and_pictures_without_code(stored):
    assert "export default" not in json.dumps(stored)
    assert "c2a-live" not in json.dumps(stored)
    data = stored.cells[0].outputs[0].data
    assert data[FIGURE]["figure"] == "channel_stepper"
    assert data[FIGURE]["state"]["step"] == 0
    assert {"image/svg+xml", "image/png", "text/plain"} < set(data)
    assert WIDGET_VIEW not in data  # it would hide the picture where no kernel runs


def test_a_control_of_the_kernel_keeps_its_view_and_models(stored):
    view = stored.cells[1].outputs[0].data[WIDGET_VIEW]
    models = stored.metadata.widgets[WIDGET_STATE].state
    names = {model["model_name"] for model in models.values()}
    assert models[view["model_id"]]["model_name"] == "IntSliderModel"
    assert names == {"IntSliderModel", "LayoutModel", "SliderStyleModel"}
    assert len(models) == 3


def test_page_and_figure_agree_on_the_name_of_the_state():
    assert interactive.MIME == FIGURE
