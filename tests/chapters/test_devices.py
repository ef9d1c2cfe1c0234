"""What a model makes on its way is made where its input is, as a GPU needs.

The meta device stands in for a GPU: it holds no numbers, but refuses to mix.
"""

import pytest
import torch

from c2a.chapters import c11_deep_bidirectional as c11
from c2a.chapters import c12_seq2seq as c12
from c2a.chapters import c13a_attention as c13a
from c2a.chapters import c13b_transformers as c13b
from c2a.chapters import c14_vision_transformers as c14
from c2a.chapters import c18_diffusion as c18
from c2a.chapters import c19_choosing as c19

PHONES, LENGTHS = torch.ones(3, 5, dtype=torch.int64), torch.tensor([5, 3, 2])
TOKENS, PICTURES = torch.ones(3, 6, dtype=torch.int64), torch.randn(3, 3, 32, 32)
GARMENTS, TIMES = torch.randn(3, 1, 28, 28), torch.rand(3)
SEQUENCES, SEE = torch.randn(3, 5, 16), c13a.causal_mask(5)
CLASSES = torch.tensor([0, 1, 2])


def captioner(encoder):
    return c12.Seq2Seq(encoder(16), c12.Decoder(16, c12.look_by_dot, 8, 0.1, 20))


MODELS = {
    "masked dropout": (c11.MaskedTagger(0.2, True, True), PHONES, LENGTHS),
    "deep": (c11.Tagger(c11.Deep(16, 8, 2), 16), PHONES, LENGTHS),
    "captions of pictures": (captioner(c19.PictureEncoder), PICTURES, TOKENS),
    "captions of labels": (captioner(c19.LabelEncoder), CLASSES, TOKENS),
    "rotation": (c13a.RotaryAttention(16, 2), SEQUENCES, SEQUENCES, SEE),
    "distance": (c13a.RelativeAttention(16, 2), SEQUENCES, SEQUENCES, SEE),
    "tagger": (c13b.StressTagger(16, 2), PHONES, LENGTHS),
    "transformer": (c13b.Transformer(20, 16, 2, 2, 6), TOKENS),
    "translator": (c13b.Translator(20, 20, 16, 2, 2, 6), TOKENS, TOKENS),
    "ViT": (c14.garment_vit(), GARMENTS),
    "noise": (c18.NoiseNet(), torch.randn(3, 2), CLASSES),
    "U-Net": (c18.UNet(1, 8, 3), GARMENTS, TIMES, CLASSES),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_runs_where_its_input_is(name):
    model, *inputs = MODELS[name]
    model.to("meta")
    outputs = model(*(each.to("meta") for each in inputs))
    assert outputs.device.type == "meta"


def test_the_noise_loss_is_computed_where_the_points_are():
    points = torch.randn(4, 2, device="meta")
    assert c18.noise_loss(c18.NoiseNet().to("meta"), points).device.type == "meta"


def test_gaps_are_drawn_where_the_words_are():
    generator = torch.Generator().manual_seed(0)
    seen, gaps = c13b.with_gaps(TOKENS.to("meta"), generator)
    assert seen.device.type == gaps.device.type == "meta"
