"""Files are read whatever program saved them; what cannot be read says why."""

import json
import os
from pathlib import Path

import nbformat
import pytest

from c2a.grading.layouts import Delivery, SubmissionsError, deliveries
from c2a.grading.notebooks import UnreadableError, read_cells
from c2a.grading.submissions import Reader, Submission, Unreadable


def sources(path):
    return [cell.source for cell in read_cells(path)]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"metadata": None, "nbformat": "four"},
        {"metadata": {"colab": {"provenance": []}}, "nbformat_minor": 0},
        {"metadata": {"vscode": {"interpreter": {"hash": "0"}}}},
    ],
    ids=["jupyterlab", "schema broken", "colab", "vscode"],
)
def test_notebooks_of_many_editors(tmp_path, kit, change):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(kit.notebook(kit.SCALE, kit.TOTAL, **change)))
    assert sources(path) == [kit.SCALE, kit.TOTAL]


NBGRADER = {"schema_version": 3, "grade": False, "solution": True, "locked": False}


@pytest.mark.parametrize(
    "cell",
    [
        {"id": "a1", "execution_count": 3},
        {"metadata": {"id": "x", "colab": {"base_uri": "https://localhost:8080/"}}},
        {"metadata": {"vscode": {"languageId": "python"}}, "outputs": None},
        {"metadata": {"nbgrader": NBGRADER | {"grade_id": "scale"}}},
        {"metadata": {"tags": None, "nbgrader": 3}},
    ],
    ids=["jupyterlab", "colab", "vscode", "nbgrader", "damaged"],
)
def test_cells_of_many_editors(tmp_path, kit, exercises, cell):
    notebook = kit.notebook(kit.SCALE, kit.TOTAL)
    notebook["cells"] = [each | cell for each in notebook["cells"]]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook))
    program = Reader(exercises).read(Delivery("a", "a", (path,))).program
    assert all(kit.passes(program, each) for each in exercises)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_encodings(tmp_path, kit, encoding):
    path = tmp_path / "a.ipynb"
    text = json.dumps(kit.notebook("# Größe\n"), ensure_ascii=False)
    path.write_text(text, encoding=encoding)
    assert sources(path) == ["# Größe\n"]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("name", ["a.ipynb", "a.py"])
def test_line_ends_of_all_systems(tmp_path, kit, end, name):
    source = kit.SCALE.replace("\n", end)
    text = source if name.endswith("py") else json.dumps(kit.notebook(source))
    (tmp_path / name).write_text(text, newline="")
    assert sources(tmp_path / name) == [kit.SCALE]


def test_sources_as_lists_and_cells_of_other_types(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": "# title"},
        {"cell_type": "code", "source": ["x = 1\n", "y = 2"]},
        {"source": "z = 3"},
        {"cell_type": "code", "source": 7},
        "not a cell",
    ]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    assert sources(path) == ["x = 1\ny = 2", "z = 3", ""]


def test_an_answer_turned_into_text_is_found(tmp_path, kit):
    notebook = kit.notebook(kit.SCALE, "# # exercise: read this\n", kit.TOTAL)
    for cell, kind in zip(notebook["cells"], ("raw", "markdown", "code"), strict=True):
        cell["cell_type"] = kind
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook))
    assert sources(path) == [kit.SCALE, kit.TOTAL]


def test_forty_megabytes_of_outputs_do_no_harm(tmp_path, kit):
    notebook = kit.notebook(kit.SCALE)
    picture = {"output_type": "display_data", "data": {"image/png": "A" * (40 << 20)}}
    notebook["cells"][0]["outputs"] = [picture]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook))
    assert sources(path) == [kit.SCALE]


def test_format_3_with_parts_missing(tmp_path, kit):
    cells = [{"cell_type": "code", "input": [kit.SCALE]}, {"cell_type": "heading"}]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"worksheets": [{"cells": cells}, {}]}))
    assert sources(path) == [kit.SCALE]


@pytest.mark.filterwarnings("ignore::nbformat.warnings.MissingIDFieldWarning")
def test_format_3(tmp_path, kit):
    notebook = nbformat.from_dict(kit.notebook(kit.SCALE))
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(nbformat.convert(notebook, 3)))
    assert "worksheets" in json.loads(path.read_text())
    assert sources(path) == [kit.SCALE]


def test_metadata_names_a_cell(tmp_path, kit):
    notebook = kit.notebook(kit.SCALE)
    notebook["cells"][0]["metadata"] = {"nbgrader": {"grade_id": "scale"}}
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook))
    assert read_cells(path)[0].name == "scale"


@pytest.mark.parametrize(
    "text",
    [
        "# %%\nx = 1\n\n# %% [markdown]\n# # Title\n\n# %% tags=['a']\ny = 2\n",
        "#%%\nx = 1\n#%% [markdown]\n'# Title'\n#%%\ny = 2\n",
        "# In[1]:\nx = 1\n\n# In[ ]:\ny = 2\n",
        "# # Title\n\n# +\nx = 1\n# -\n\n# + tags=['a']\ny = 2\n",
        "x = 1\ny = 2\n",
    ],
    ids=["percent", "VS Code", "nbconvert", "light", "plain"],
)
def test_python_files(tmp_path, text):
    path = tmp_path / "a.py"
    path.write_text(text)
    code = "\n".join(sources(path))
    space = {}
    exec(code, space)
    assert (space["x"], space["y"]) == (1, 2)


UNREADABLE = {
    "empty": (b"  \n", "is empty"),
    "cut off": (b'{"cells": [{"cell_type": "code", "source": "x', "cut off"),
    "cut between": (b'{"cells": [', "cut off"),
    "web page": (b"<!DOCTYPE html><html></html>", "web page"),
    "pdf": (b"%PDF-1.7", "PDF"),
    "zip": (b"PK\x03\x04...", "ZIP"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
    "conflict": (b'{\n<<<<<<< HEAD\n"a"\n=======\n>>>>>>> x\n}', "merge conflict"),
    "other json": (b'{"rows": []}', "no list of cells"),
    "list": (b"[1, 2]", "no list of cells"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "bytes": (bytes(range(1, 256)), "not a notebook"),
    "old and damaged": (b'{"nbformat": 3, "worksheets": [3]}', "no list of cells"),
    "two in one": (b'{"cells": []}{"cells": []}', "goes on after"),
}


@pytest.mark.parametrize(("data", "reason"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable_files_say_why(tmp_path, exercises, data, reason):
    path = tmp_path / "a.ipynb"
    path.write_bytes(data)
    result = Reader(exercises).read(Delivery("a", "a", (path,)))
    assert isinstance(result, Unreadable)
    assert reason in result.reason
    assert result.reason.startswith("a.ipynb ")


def test_links_pipes_and_large_cells_are_not_read(tmp_path, kit):
    secret = kit.write_notebook(tmp_path / "secret.ipynb", "secret = 1")
    (tmp_path / "link.ipynb").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe.ipynb")
    kit.write_notebook(tmp_path / "large.ipynb", *["x" * (1 << 16)] * 5)
    for name in ("link", "pipe", "large", "absent"):
        with pytest.raises(UnreadableError):
            read_cells(tmp_path / f"{name}.ipynb")


def test_the_digest_follows_code_not_the_file_around_it(tmp_path, kit, exercises):
    one = kit.write_notebook(tmp_path / "one.ipynb", kit.SCALE)
    two = tmp_path / "two.ipynb"
    notebook = json.loads(one.read_text())
    notebook["cells"][0]["outputs"] = [{"output_type": "stream", "text": "hello"}]
    two.write_text(json.dumps(notebook, indent=3))
    three = kit.write_notebook(tmp_path / "three.ipynb", kit.TOTAL)
    digests = [
        Reader(exercises).read(Delivery("s", "s", (path,))).digest
        for path in (one, two, three)
    ]
    assert digests[0] == digests[1] != digests[2]


def test_the_file_with_most_answers_counts_and_others_complete_it(
    tmp_path, kit, exercises
):
    released = kit.write_notebook(tmp_path / "a.ipynb", kit.STUB)
    scale = kit.write_notebook(tmp_path / "b.ipynb", kit.SCALE)
    total = tmp_path / "c.py"
    total.write_text(kit.TOTAL)
    result = Reader(exercises).read(Delivery("s", "s", (released, scale, total)))
    assert isinstance(result, Submission)
    assert result.path == scale
    assert all(kit.passes(result.program, each) for each in exercises)


LAYOUTS = {
    "plain files": {"ada.ipynb": "ada", "grace.py": "grace"},
    "same stem": {"ada.ipynb": "ada.ipynb", "ada.py": "ada.py"},
    "endings": {"ada.IPYNB": "ada", "al.ipynb.txt": "al", "joan.ipynb.json": "joan"},
    "instead": {"ada.zip": "ada", "grace.pdf": "grace", "ada_1815_77_hw.odt": "1815"},
    "beside": {"ada/hw.ipynb": "ada", "ada.zip": "", "joan.py": "joan", "joan.pdf": ""},
    "no Canvas": {
        "hw_1_10_ada.ipynb": "hw_1_10_ada",
        "hw_1_10_grace.ipynb": "hw_1_10_grace",
        "hw_1_2_joan.ipynb": "hw_1_2_joan",
    },
    "plain folders": {"ada/work.ipynb": "ada", "grace/deep/er/work.py": "grace"},
    "canvas": {
        "lovelaceada_1815_778_hw.ipynb": "1815",
        "hoppergrace_LATE_1906_779_hw-1.ipynb": "1906",
    },
    "moodle": {
        "Ada Lovelace_1815_assignsubmission_file_/hw.ipynb": "1815",
        "Grace Hopper_1906_assignsubmission_file_hw.ipynb": "1906",
        "Eve_9_assignsubmission_file_x_1815_assignsubmission_file_.ipynb": "9",
    },
    "classroom": {
        "convolution-ada/.git/HEAD": "ada",
        "convolution-ada/hw.ipynb": "ada",
        "convolution-al-an/.git/HEAD": "al-an",
        "convolution-al-an/hw.ipynb": "al-an",
    },
    "nbgrader": {
        "submitted/ada/ps1/hw.ipynb": "ada",
        "submitted/ada/timestamp.txt": "ada",
        "submitted/grace/ps1/hw.ipynb": "grace",
        "gradebook.db": "",
    },
}


@pytest.mark.parametrize("files", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_layouts(tmp_path, files):
    for name in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    found = {each.student: each for each in deliveries(tmp_path)}
    assert set(found) == set(files.values()) - {""}
    assert all(len(each.files) == 1 for each in found.values())


def test_names_of_people(tmp_path):
    (tmp_path / "Ada Lovelace_1815_assignsubmission_file_").mkdir()
    (tmp_path / "hoppergrace_1906_55_hw.py").touch()
    names = {each.student: each.name for each in deliveries(tmp_path)}
    assert names == {"1815": "Ada Lovelace", "1906": "hoppergrace"}


def test_strange_names_stay_apart_and_on_one_line(tmp_path):
    long = "x" * 200
    names = ["ada", "a\x1bda", "a\nda", "a da", "a  da", "Ada", "ädä", "🦄", "=cmd()"]
    names += ["\udcff", "\udcfe", long, long + "y", "x..\\..\\ada"]
    for name in names:
        (tmp_path / f"{name}.ipynb").touch()
    found = deliveries(tmp_path)
    assert len({each.student for each in found}) == len(names)
    for each in found:
        assert each.student == " ".join(each.student.split())
        assert each.student.encode()
        assert len(each.student) < 130
    assert {"ada", "a da", "Ada", "ädä", "🦄"} <= {each.student for each in found}


def test_the_latest_canvas_attempt_comes_first(tmp_path):
    for attempt in (99, 1000, 101):
        (tmp_path / f"ada_1815_{attempt}_hw.ipynb").touch()
    (delivery,) = deliveries(tmp_path)
    assert [path.name.split("_")[2] for path in delivery.files] == ["1000", "101", "99"]


def test_checkpoints_caches_and_results_are_no_submissions(tmp_path):
    for name in (
        "ada/.ipynb_checkpoints/hw.ipynb",
        "ada/hw.ipynb",
        "__MACOSX/._ada.ipynb",
        "results/gradebook.sqlite",
        "notes.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (delivery,) = deliveries(tmp_path)
    assert [path.name for path in delivery.files] == ["hw.ipynb"]


def test_an_empty_folder_and_a_link_are_unreadable(tmp_path, exercises):
    (tmp_path / "ada").mkdir()
    (tmp_path / "evil").symlink_to("/")
    (tmp_path / "grace").mkdir()
    (tmp_path / "grace" / "hw.pdf").write_bytes(b"%PDF-1.7")
    results = [Reader(exercises).read(each) for each in deliveries(tmp_path)]
    assert {type(each) for each in results} == {Unreadable}
    assert [each.reason for each in results] == [
        "no notebook or Python file",
        "evil is a link or device, not a plain file",
        "hw.pdf is a PDF, not a notebook",
    ]


def test_a_folder_without_end_is_left(tmp_path, kit):
    kit.write_notebook(Path(tmp_path, "ada", *"ab", "hw.ipynb"))
    kit.write_notebook(Path(tmp_path, "ada", *"abcdefghijklmnopqrstuvwxyz", "hw.ipynb"))
    (delivery,) = deliveries(tmp_path)
    assert delivery.files == (tmp_path / "ada" / "a" / "b" / "hw.ipynb",)


def test_a_folder_that_may_not_be_opened_is_unreadable(
    tmp_path, exercises, monkeypatch
):
    (tmp_path / "ada").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may everything
    (delivery,) = deliveries(tmp_path)
    result = Reader(exercises).read(delivery)
    assert result.reason == "ada is a folder that cannot be opened"


def test_nothing_to_grade_is_said(tmp_path):
    with pytest.raises(SubmissionsError, match="absent does not exist"):
        deliveries(tmp_path / "absent")
    (tmp_path / "all.rar").touch()
    with pytest.raises(SubmissionsError, match="unpack"):
        deliveries(tmp_path / "all.rar")
    (tmp_path / "all.rar").unlink()
    with pytest.raises(SubmissionsError, match="holds no notebook"):
        deliveries(tmp_path)
