"""The layers in JavaScript against torch, forward, on random inputs."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from c2a.weights.storage import decode, encode, safetensors
from c2a.widgets.toolkit import windows

NN = "toolkit/nn"
PAD_MODES = ["zeros", "reflect", "replicate", "circular"]
seeds = st.integers(0, 2**32 - 1)
# Size, kernel, stride, padding, dilation.
geometry = st.tuples(
    st.integers(1, 12),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(1, 3),
)


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def agree(found, expected, atol=1e-12) -> None:
    np.testing.assert_allclose(found, expected.detach().numpy(), atol=atol)


def test_elementwise_functions(javascript):
    js = javascript(f"{NN}/tensor.js")
    x, y = numbers(2, 3, 4), numbers(3, 4, seed=1)
    agree(js("add", x, y), x + y)
    agree(js("multiply", x, y), x * y)
    agree(js("relu", x), F.relu(x))
    agree(js("sigmoid", x), torch.sigmoid(x))
    agree(js("tanh", x), torch.tanh(x))
    agree(js("gelu", x), F.gelu(x), atol=1e-6)
    agree(js("softmax", x), x.softmax(-1))
    np.testing.assert_allclose(js("softmax", [0.0, 1000.0]), [0, 1])
    assert js("argmax", x) == x.argmax()


def test_matrices(javascript):
    js = javascript(f"{NN}/tensor.js")
    a, b = numbers(3, 4), numbers(4, 5)
    agree(js("matmul", a, b), a @ b)
    agree(js("transpose", a), a.T)
    agree(js("row", a, 1), a[1])
    assert js("toNested", js("fromNested", a.tolist())) == a.tolist()
    with pytest.raises(RuntimeError, match=r"\[3,4\] times \[3,4\]"):
        js("matmul", a, a)


def test_dense_and_embedding(javascript):
    js = javascript(f"{NN}/dense.js")
    x, weight, bias = numbers(2, 3, 4), numbers(5, 4), numbers(5)
    agree(js("dense", x, weight, bias), F.linear(x, weight, bias))
    agree(js("dense", x, weight), F.linear(x, weight))
    agree(js("embedding", [4, 0, 4], weight), weight[[4, 0, 4]])
    with pytest.raises(RuntimeError, match="into a dense layer"):
        js("dense", x, numbers(5, 3))


@settings(max_examples=40)
@given(geometry, st.sampled_from([1, 2]), seeds)
def test_convolution(javascript, letters, groups, seed):
    js = javascript(f"{NN}/conv.js")
    size, kernel, stride, padding, dilation = letters
    x = numbers(4, size, size + 1, seed=seed)
    weight = numbers(6, 4 // groups, kernel, kernel, seed=seed + 1)
    bias = numbers(6, seed=seed + 2)
    how = {"stride": stride, "padding": padding, "dilation": dilation}
    how["groups"] = groups
    try:
        expected = F.conv2d(x[None], weight, bias, **how)[0]
    except RuntimeError:
        with pytest.raises(RuntimeError, match="larger than the input"):
            js("conv2d", x, weight, bias, how)
        return
    agree(js("conv2d", x, weight, bias, how), expected)
    if groups == 1:
        options = {name: how[name] for name in ("stride", "padding", "dilation")}
        found = windows.correlate2d(x[0], weight[0, 0], **options)
        agree(found, F.conv2d(x[None, :1], weight[:1, :1], **options)[0, 0])


@pytest.mark.parametrize("mode", PAD_MODES)
def test_padding_modes(javascript, mode):
    js = javascript(f"{NN}/conv.js")
    layer = nn.Conv2d(2, 3, 5, padding=2, padding_mode=mode, dtype=torch.float64)
    x = numbers(2, 4, 7)
    how = {"padding": 2, "mode": mode}
    agree(js("conv2d", x, layer.weight.data, layer.bias.data, how), layer(x[None])[0])


def test_an_unknown_padding_is_refused(javascript):
    how = {"padding": 1, "mode": "wrap"}
    with pytest.raises(RuntimeError, match="unknown padding mode: wrap"):
        javascript(f"{NN}/conv.js")(
            "conv2d", numbers(1, 2, 2), numbers(1, 1, 1, 1), None, how
        )


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 0)])
def test_transposed_convolution(javascript, stride, padding):
    x, weight, bias = numbers(3, 4, 5), numbers(3, 2, 3, 4), numbers(2)
    how = {"stride": stride, "padding": padding}
    found = javascript(f"{NN}/conv.js")("convTranspose2d", x, weight, bias, how)
    agree(found, F.conv_transpose2d(x[None], weight, bias, **how)[0])


@pytest.mark.parametrize("how", [{}, {"stride": 1}, {"stride": 2, "padding": 1}])
def test_pooling(javascript, how):
    js = javascript(f"{NN}/conv.js")
    x = numbers(2, 7, 8)
    agree(js("maxPool2d", x, 3, how), F.max_pool2d(x[None], 3, **how)[0])
    agree(js("avgPool2d", x, 3, how), F.avg_pool2d(x[None], 3, **how)[0])


@given(geometry)
def test_unread_indices_are_those_without_gradient(javascript, letters):
    js = javascript(f"{NN}/windows.js")
    size, kernel, stride, padding, dilation = letters
    assert js("outputSize", *letters) == windows.output_size(*letters)
    assume(windows.output_size(*letters) > 0)
    x = torch.ones(1, 1, size, requires_grad=True)
    weight = torch.ones(1, 1, kernel)
    F.conv1d(x, weight, None, stride, padding, dilation).sum().backward()
    without = torch.nonzero(x.grad[0, 0] == 0).ravel().tolist()
    found = js("unread", *letters)
    assert sorted(found["between"] + found["beyond"]) == without
    last = max(js("taps", windows.output_size(*letters) - 1, *letters[1:]))
    assert all(index > last for index in found["beyond"])
    assert all(index < last for index in found["between"])


def cell_weights(cell: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.data for name, value in cell.named_parameters()}


def test_recurrent_cells(javascript):
    js = javascript(f"{NN}/recurrent.js")
    x, h, c = numbers(3), numbers(4, seed=1), numbers(4, seed=2)
    rnn = nn.RNNCell(3, 4, dtype=torch.float64)
    agree(js("rnnCell", x, h, cell_weights(rnn)), rnn(x, h))
    gru = nn.GRUCell(3, 4, dtype=torch.float64)
    found = js("gruCell", x, h, cell_weights(gru))
    agree(found["h"], gru(x, h))
    kept = found["z"] * h.numpy() + (1 - found["z"]) * found["n"]
    np.testing.assert_allclose(found["h"], kept)
    lstm = nn.LSTMCell(3, 4, dtype=torch.float64)
    found = js("lstmCell", x, h, c, cell_weights(lstm))
    state, cell = lstm(x, (h, c))
    agree(found["h"], state)
    agree(found["c"], cell)
    np.testing.assert_allclose(found["o"] * np.tanh(found["c"]), found["h"])


def test_attention(javascript):
    js = javascript(f"{NN}/attention.js")
    q, k, v = numbers(5, 4), numbers(5, 4, seed=1), numbers(5, 3, seed=2)
    found = js("attention", q, k, v)
    agree(found["output"], F.scaled_dot_product_attention(q, k, v))
    mask = js("causalMask", 5)
    np.testing.assert_array_equal(mask, np.tril(np.ones((5, 5))))
    found = js("attention", q, k, v, {"mask": mask})
    agree(found["output"], F.scaled_dot_product_attention(q, k, v, is_causal=True))
    assert (found["weights"][~np.tril(np.ones((5, 5), bool))] == 0).all()


@pytest.mark.parametrize("causal", [False, True])
def test_multi_head_attention(javascript, causal):
    js = javascript(f"{NN}/attention.js")
    layer = nn.MultiheadAttention(8, 2, dtype=torch.float64, batch_first=True)
    nn.init.normal_(layer.in_proj_bias)
    x = numbers(1, 5, 8)
    allowed = torch.ones(5, 5).tril() if causal else torch.ones(5, 5)
    expected, weights = layer(
        x, x, x, attn_mask=allowed == 0, average_attn_weights=False
    )
    named = {name.replace(".", "_"): p.data for name, p in layer.named_parameters()}
    found = js("multiHead", x[0], x[0], named, 2, {"mask": allowed})
    agree(found["output"], expected[0])
    agree(found["weights"], weights[0])


def test_positions_are_sines_and_cosines(javascript):
    found = javascript(f"{NN}/attention.js")("sinusoids", 6, 4)
    position = np.arange(6)[:, None]
    slow = position / 10000**0.5
    expected = [np.sin(position), np.cos(position), np.sin(slow), np.cos(slow)]
    np.testing.assert_allclose(found, np.hstack(expected))


def test_normalization(javascript):
    js = javascript(f"{NN}/norm.js")
    x, weight, bias = numbers(3, 4, 5), numbers(5), numbers(5, seed=1)
    expected = F.layer_norm(x, (5,), weight, bias)
    agree(js("layerNorm", x, weight, bias), expected)
    layer = nn.BatchNorm2d(3, dtype=torch.float64)
    for _ in range(3):
        layer(numbers(8, 3, 4, 5, seed=3) * 2 + 1)
    layer.eval()
    nn.init.normal_(layer.weight)
    state = {name: value for name, value in layer.state_dict().items() if value.ndim}
    agree(js("batchNorm", x, state), layer(x[None])[0])


def test_sampling_follows_the_probabilities(javascript):
    js = javascript(f"{NN}/sampling.js")
    logits = numbers(6)
    np.testing.assert_allclose(js("distribution", logits.tolist()), logits.softmax(0))
    how = {"temperature": 0.5, "topK": 3}
    found = np.array(js("distribution", logits.tolist(), how))
    top = logits.topk(3)
    expected = torch.zeros(6, dtype=torch.float64)
    expected[top.indices] = (top.values / 0.5).softmax(0)
    np.testing.assert_allclose(found, expected)
    assert js("distribution", logits.tolist(), {"temperature": 0})[logits.argmax()] == 1


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=9), st.floats(0.01, 1))
def test_top_p_keeps_the_fewest_that_reach_it(javascript, logits, p):
    js = javascript(f"{NN}/sampling.js")
    all_of_them = np.array(js("distribution", logits))
    kept = np.array(js("distribution", logits, {"topP": p})) > 0
    assert all_of_them[kept].sum() >= p - 1e-9
    smallest = all_of_them[kept].min()
    assert all_of_them[kept].sum() - smallest < p
    assert (all_of_them[~kept] <= smallest).all()


DRAWS = """
const random = generator(7);
const p = [0.5, 0, 0.3, 0.2];
const counts = [0, 0, 0, 0];
for (let i = 0; i < 20000; i++) counts[draw(p, random)] += 1;
const values = Array.from({ length: 20000 }, () => normal(random));
export const found = { counts, values, first: [7, 7, 8].map((s) => generator(s)()) };
"""


@pytest.fixture
def run(javascript, tmp_path):
    """`run("nn/sampling.js", names, source)`: what `source` exports as `found`."""

    def run(file, names, source):
        path = os.path.relpath(Path(windows.__file__).parent / file, tmp_path)
        module = tmp_path / "module.js"
        module.write_text(f'import {{ {names} }} from "{path}";\n{source}')
        return javascript(str(module))("found")

    return run


def test_draws_repeat_and_are_as_likely_as_asked(run):
    found = run("nn/sampling.js", "draw, generator, normal", DRAWS)
    assert found["counts"][1] == 0
    assert np.abs(np.array(found["counts"]) / 20000 - [0.5, 0, 0.3, 0.2]).max() < 0.015
    assert abs(np.mean(found["values"])) < 0.03
    assert abs(np.std(found["values"]) - 1) < 0.03
    assert found["first"][0] == found["first"][1] != found["first"][2]


@pytest.mark.parametrize("precision", ["float16", "int8"])
def test_weights_are_read_from_the_file_that_python_writes(run, precision):
    state = {
        "wide.weight": numbers(3, 2, 2).numpy().astype(np.float32),
        "wide.bias": np.array([1e-3, -70000.0, 0.0], dtype=np.float32),
        "norm.num_batches_tracked": np.array(7),
    }
    stored = encode(state, precision)
    file = safetensors(stored, {"name": "test"})
    text = base64.b64encode(file).decode()
    found = run(
        "nn/weights.js",
        "readWeights",
        f"export const found = readWeights(Uint8Array.from(atob('{text}'), "
        "(char) => char.charCodeAt(0)));",
    )
    expected = decode(stored)
    assert found.keys() == {"wide.weight", "wide.bias"}
    for name, array in found.items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-6)
