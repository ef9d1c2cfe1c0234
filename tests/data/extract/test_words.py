"""How texts, dictionaries and names are brought into form."""

from __future__ import annotations

import pytest

from c2a.data.extract.cmudict import families_of, read_dictionary
from c2a.data.extract.names import labels_of, spelled_alike
from c2a.data.extract.plays import cleaned


def test_play_begins_with_its_first_act():
    text = "A PLAY\n\nPERSONS\n\nACT 1.\n\n\n\n"
    text += 'SCENE 2.  A  hall \n{Enter "X" & Y.}\n'
    assert cleaned(text) == "ACT I.\n\nSCENE II. A hall\n[Enter 'X' and Y.]"
    with pytest.raises(ValueError, match="first act"):
        cleaned("no acts")


DICTIONARY = """\
grey G R EY1
gray G R EY1
read R EH1 D # a remark
read(2) R IY1 D
red R EH1 D
grays G R EY1 Z
o'clock AH0 K L AA1 K
stop S T AA1 P
stopping S T AA1 P IH0 NG
baking B EY1 K IH0 NG
bake B EY1 K
stoop S T UW1 P
"""


def test_dictionary_keeps_words_of_letters_with_all_sounds():
    words = read_dictionary(DICTIONARY)
    assert words["read"] == ["R EH1 D", "R IY1 D"]
    assert "o'clock" not in words


def test_related_words_are_one_family():
    families = families_of(read_dictionary(DICTIONARY))
    together = [("grey", "gray", "grays"), ("read", "red"), ("stop", "stopping")]
    for words in (*together, ("bake", "baking")):
        assert len({families[word] for word in words}) == 1
    apart = ("gray", "red", "stop", "stoop", "bake")
    assert len({families[word] for word in apart}) == len(apart)


def test_names_of_both_sexes_are_left_out():
    labels = labels_of(
        {"mary": 2.6, "jamie": 0.2}, {"mary": 0.01, "jamie": 0.1, "al": 1}
    )
    assert labels == {"mary": 0, "al": 1}


@pytest.mark.parametrize(
    ("one", "other"),
    [("catherine", "katherine"), ("jon", "john"), ("filip", "philipp")],
)
def test_spellings_of_one_name(one, other):
    assert spelled_alike(one) == spelled_alike(other) != spelled_alike("maria")
