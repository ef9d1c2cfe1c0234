"""Plays, pronunciations and names: content, and that nothing leaks into a test part."""

from __future__ import annotations

import re

import numpy as np
import pytest

from c2a.data import load


@pytest.fixture(scope="module")
def plays():
    return load("plays")


@pytest.fixture(scope="module")
def cmudict():
    return load("cmudict")


def test_plays(plays):
    assert 1_150_000 < len(plays.train) < 1_200_000
    assert 200_000 < len(plays.test) < 220_000
    assert plays.train.startswith("AS YOU LIKE IT\n\nACT I.\n")
    assert "To be, or not to be" not in plays.train
    assert "Friends, Romans, countrymen, lend me your ears" in plays.test
    for title in plays.train_titles:
        assert f"{title.upper()}\n\n" in plays.train


def test_plays_use_few_signs(plays):
    assert set(plays.test) <= set(plays.train)
    assert set(re.sub("[A-Za-z]", "", plays.train)) == set(" \n!',-.:;?[]")
    assert not re.search(r"  | \n|\n \n|\n{5}", plays.train)


def test_plays_share_no_long_line(plays):
    train = set(plays.train.split("\n"))
    shared = [line for line in plays.test.split("\n") if line in train]
    assert max(map(len, shared)) < 40


def test_no_play_is_given_twice(plays):
    text = plays.train + plays.test
    chunks = [text[i : i + 80] for i in range(0, len(text) - 80, 80)]
    anywhere = {text[i : i + 80] for i in range(len(text) - 80)}
    assert len(chunks) == len(set(chunks))
    assert len(anywhere) > 0.999 * (len(text) - 80)


def test_cmudict_says_how_words_sound(cmudict):
    sound = dict(zip(cmudict.train_words, cmudict.train_phones, strict=True))
    sound |= dict(zip(cmudict.test_words, cmudict.test_phones, strict=True))
    assert len(sound) == 117_493
    assert sound["cat"] == "K AE1 T"
    assert sound["knight"] == sound["night"] == "N AY1 T"
    assert cmudict.variants["tomato"] == ("T AH0 M EY1 T OW2", "T AH0 M AA1 T OW2")
    assert sound["tomato"] == cmudict.variants["tomato"][0]
    assert "cat" not in cmudict.variants
    assert all(re.fullmatch("[a-z]+", word) for word in sound)


def test_cmudict_uses_39_phones(cmudict):
    used = {phone for line in cmudict.train_phones for phone in line.split()}
    used |= {phone for line in cmudict.test_phones for phone in line.split()}
    assert {phone.rstrip("012") for phone in used} == set(cmudict.phones)
    vowels = {phone for phone in cmudict.phones if phone[0] in "AEIOU"}
    assert {phone[:-1] for phone in used if phone[-1].isdigit()} == vowels
    assert len(vowels) == 15


def test_no_test_word_sounds_like_a_training_word(cmudict):
    def sounds(words, phones):
        pairs = zip(words.tolist(), phones.tolist(), strict=True)
        return {
            sound
            for word, first in pairs
            for sound in cmudict.variants.get(word, [first])
        }

    train = sounds(cmudict.train_words, cmudict.train_phones)
    assert not train & sounds(cmudict.test_words, cmudict.test_phones)


def test_no_test_word_is_an_inflected_training_word(cmudict):
    train, test = set(cmudict.train_words.tolist()), set(cmudict.test_words.tolist())
    for ending in ("s", "es", "ed", "d", "ing", "ly"):
        assert not {word + ending for word in train} & test
        assert not {word + ending for word in test} & train
    assert not {word[:-1] + "ing" for word in train if word.endswith("e")} & test


def test_names():
    names = load("names")
    assert len(names.train_names) + len(names.test_names) == 4986
    assert len(names.train_surnames) + len(names.test_surnames) == 88_799
    label = dict(zip(names.train_names, names.train_labels, strict=True))
    label |= dict(zip(names.test_names, names.test_labels, strict=True))
    assert names.class_names[label["patricia"]] == "female"
    assert names.class_names[label["richard"]] == "male"
    assert {"john", "mary"} <= set(label)
    assert not {"jamie", "jessie"} & set(label)
    assert np.mean(names.train_labels == 0) == pytest.approx(0.80, abs=0.02)
    assert np.mean(names.test_labels == 0) == pytest.approx(0.80, abs=0.02)
    for one, other in (("catherine", "katherine"), ("jon", "john"), ("cindy", "cyndi")):
        assert (one in names.train_names) == (other in names.train_names)
    everything = " ".join([*names.train_names, *names.train_surnames])
    assert set(everything) == set("abcdefghijklmnopqrstuvwxyz ")
