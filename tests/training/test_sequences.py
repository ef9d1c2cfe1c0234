import torch
from torch import nn

from c2a.training import accuracy, fit, mask, pack, pad

WORDS = [torch.tensor([3, 1]), torch.tensor([2]), torch.tensor([4, 4, 1])]


def test_pad_fills_at_the_end_and_mask_tells_what_was_there():
    padded, lengths = pad(WORDS)
    assert padded.tolist() == [[3, 1, 0], [2, 0, 0], [4, 4, 1]]
    assert lengths.tolist() == [2, 1, 3]
    assert [
        row[keep].tolist() for row, keep in zip(padded, mask(lengths), strict=True)
    ] == [word.tolist() for word in WORDS]
    assert mask(lengths, 5).shape == (3, 5)


def test_the_filling_of_targets_does_not_count_in_cross_entropy():
    targets, lengths = pad(WORDS, value=-100)
    outputs = torch.randn(3, 3, 5)
    whole = nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())
    keep = mask(lengths)
    real = nn.functional.cross_entropy(outputs[keep], torch.cat(WORDS))
    torch.testing.assert_close(whole, real)


def test_a_packed_batch_gives_what_each_sequence_gives_alone():
    torch.manual_seed(0)
    sequences = [torch.randn(n, 2) for n in (3, 1, 4)]
    layer = nn.GRU(2, 3, batch_first=True, bidirectional=True)
    _, together = layer(pack(*pad(sequences)))
    for number, sequence in enumerate(sequences):
        _, alone = layer(sequence[None])
        torch.testing.assert_close(together[:, number], alone[:, 0])


class LastLetter(nn.Module):
    """A recurrent net that must find the end of each sequence."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, 8)
        self.layer = nn.GRU(8, 16, batch_first=True)
        self.output = nn.Linear(16, 5)

    def forward(self, padded, lengths):
        _, state = self.layer(pack(self.embedding(padded), lengths))
        return self.output(state[0])


def test_fit_trains_on_sequences_of_unequal_length():
    torch.manual_seed(0)
    words = [torch.randint(1, 5, (n,)) for n in torch.randint(1, 9, (300,)).tolist()]
    last = torch.tensor([int(word[-1]) for word in words])
    model = LastLetter()

    def collate(words, labels):
        return *pad(words), labels

    fit(
        model,
        words,
        last,
        collate=collate,
        epochs=12,
        learning_rate=0.02,
        batch_size=32,
    )
    assert accuracy(model, *pad(words), last) > 0.95  # chance: 0.25
