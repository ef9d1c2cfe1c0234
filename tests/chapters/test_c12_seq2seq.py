"""The code that chapter 12 exports, against torch's attention and by disturbing."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from c2a.chapters.c12_seq2seq import (
    BINS,
    END,
    LOOKS,
    START,
    attend,
    edit_distance,
    filled,
    letter_tokens,
    mistakes,
    small_speller,
    sound_tokens,
    speller,
    spelling_pairs,
    teacher_loss,
    write,
)
from c2a.data.sets.cmudict import PHONES
from c2a.scale import set_scale
from c2a.training import pad

WORDS = ("queue", "box", "a", "thoughtful")


@pytest.fixture(autouse=True)
def at_the_smallest_scale():
    set_scale("smoke")
    spelling_pairs.cache_clear()
    small_speller.cache_clear()
    yield
    set_scale("cpu")
    spelling_pairs.cache_clear()
    small_speller.cache_clear()


def letters_of(*words):
    return pad([letter_tokens(word) for word in words])[0]


@pytest.mark.parametrize("shape", [(4,), (2, 4), (2, 3, 4)])
def test_attention_is_torchs(shape):
    torch.manual_seed(0)
    *front, T = shape
    q, k, v = (torch.randn(*front, n, d) for n, d in ((T, 6), (5, 6), (5, 3)))
    may_look = torch.rand(*front, T, 5) < 0.6
    may_look[..., 0] = True
    wanted = F.scaled_dot_product_attention(q, k, v, attn_mask=may_look)
    read, weights = attend(q, k, v, may_look)
    torch.testing.assert_close(read, wanted, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(weights.sum(-1), torch.ones(*front, T))
    assert (weights[~may_look] == 0).all()
    torch.testing.assert_close(
        attend(q, k, v)[0], F.scaled_dot_product_attention(q, k, v)
    )


@pytest.mark.parametrize("look", LOOKS)
def test_no_speller_reads_padding(look):
    torch.manual_seed(0)
    net = speller(8, LOOKS[look](8)).eval()
    batch = letters_of(*WORDS)
    sounds = torch.randint(3, 42, (len(WORDS), 4))
    together = net(batch, sounds)
    for row, word, tokens in zip(together, WORDS, sounds, strict=True):
        alone = net(letters_of(word), tokens[None])[0]
        torch.testing.assert_close(row, alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("look", LOOKS)
def test_no_step_knows_of_later_ones(look):
    torch.manual_seed(0)
    net = speller(8, LOOKS[look](8)).eval()
    batch, sounds = letters_of("box", "tax"), torch.randint(3, 42, (2, 6))
    before = net(batch, sounds)
    sounds[:, 4] = torch.where(sounds[:, 4] == 3, 4, 3)
    moved = (net(batch, sounds) - before).abs().amax((0, 2)) > 1e-7
    assert moved.tolist() == [False] * 4 + [True] * 2


def test_writing_is_asking_for_the_next_token_again_and_again():
    torch.manual_seed(1)
    net = speller(16, LOOKS["dot"](16)).eval()
    batch = letters_of(*WORDS)
    written = write(net, batch, longest=6)
    past = torch.full((len(WORDS), 1), START)
    for _ in range(6):
        past = torch.cat([past, net(batch, past)[:, -1:].argmax(-1)], 1)
    for ours, row in zip(written, past[:, 1:].tolist(), strict=True):
        assert ours == (row[: row.index(END)] if END in row else row)


def test_the_loss_counts_real_tokens_and_no_padding():
    torch.manual_seed(0)
    net = speller(8, LOOKS["dot"](8)).eval()
    batch = letters_of("box", "queue")
    sounds = pad([sound_tokens("B AA1 K S"), sound_tokens("K Y UW1")])[0]
    alone = [
        teacher_loss(net, batch[n : n + 1], filled(sounds[n : n + 1])) for n in (0, 1)
    ]
    mean = (5 * alone[0] + 4 * alone[1]) / 9
    torch.testing.assert_close(teacher_loss(net, batch, sounds), mean)
    wider = F.pad(sounds, (0, 3))
    torch.testing.assert_close(teacher_loss(net, batch, wider), mean)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("ab", "ba", 2)],
)
def test_edit_distance(a, b, distance):
    assert edit_distance(a, b) == edit_distance(b, a) == distance
    assert edit_distance(list(a), list(a)) == 0


def test_the_nearest_answer_counts():
    wrong, size = mistakes([[3, 4], []], [[[3], [9, 9, 9]], [[5, 6]]])
    assert wrong.tolist() == [1, 2]
    assert size.tolist() == [1, 2]


def test_tokens_come_back_as_they_went_in():
    tokens = sound_tokens("TH AO1 T").tolist()
    assert tokens[0] == START
    assert tokens[-1] == END
    assert [PHONES[t - 3] for t in tokens[1:-1]] == ["TH", "AO", "T"]
    assert letter_tokens("az").tolist() == [1, 26]


def test_the_parts_share_no_word():
    words = {part: spelling_pairs(part)[0] for part in ("train", "choosing", "test")}
    assert not set(words["train"]) & set(words["test"])
    assert not set(words["train"]) & set(words["choosing"])


def test_every_length_of_word_is_in_one_bin():
    for length in range(1, 35):
        assert sum(low <= length <= high for low, high in BINS) == 1


def test_a_few_steps_make_the_loss_smaller():
    _, losses = small_speller("dot", d=16, rate=0.02)
    assert losses[-1] < losses[0]
