"""Exercise: weights that keep the signal, for any activation."""

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def bell(count=1001, reach=8.0):
    """Places and their shares of the standard normal distribution."""
    z = np.linspace(-reach, reach, count)
    share = np.exp(-(z**2) / 2)
    return z, share / share.sum()


def variant(square=lambda f, share: share @ f**2, finish=lambda v: v**-0.5):
    """From the mean square of the activation to the weights."""

    def keep_scale(activation, fan_in):
        z, share = bell()
        return float(finish(fan_in * square(activation(z), share)))

    return keep_scale


reference = variant()


def by_sampling(activation, fan_in):
    """Right: random numbers."""
    z = np.random.default_rng(0).standard_normal(200_000)
    return float(1 / np.sqrt(fan_in * np.mean(activation(z) ** 2)))


def by_quadrature(activation, fan_in):
    """Right: Gauss and Hermite's rule, many places."""
    z, weights = np.polynomial.hermite_e.hermegauss(100)
    mean_square = weights @ activation(z) ** 2 / weights.sum()
    return (fan_in * mean_square) ** -0.5


def he_always(activation, fan_in):
    return (2 / fan_in) ** 0.5


def xavier_always(activation, fan_in):
    return fan_in**-0.5


def over_even_numbers(activation, fan_in):
    """Inputs spread evenly from -1 to 1."""
    z = np.linspace(-1, 1, 4001)
    return float((fan_in * np.mean(activation(z) ** 2)) ** -0.5)


def drive(keep_scale, name, fan_in):
    """The scale for an activation of this name."""
    activations = {
        "relu": lambda z: np.maximum(z, 0),
        "leaky": lambda z: np.where(z > 0, z, 0.2 * z),
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "swish": lambda z: z / (1 + np.exp(-z)),
        "softplus": lambda z: np.log1p(np.exp(z)),
        "sine": np.sin,
        "none": lambda z: z,
        "cosine": np.cos,
        "absolute": np.abs,
    }
    return float(keep_scale(activations[name], fan_in))


def case(*names: str):
    return lambda d: task(d, names)


def task(d: Draw, names: tuple[str, ...]):
    return d.choose(*names), 4 ** d.int(1, 5)


def loose(points, *draws):
    """A group whose answers may come from sampling."""
    return Group(points, *draws, rtol=0.02, atol=0.0, visible=1)


EXERCISE = declare(
    "keep_scale",
    "Weights for any activation",
    reference,
    drive=drive,
    difficulty=3,
    minutes=25,
    groups={
        "ReLU": loose(1, case("relu")),
        "odd": loose(2, case("tanh"), case("sine"), case("none")),
        "one-sided": loose(2, case("leaky"), case("absolute"), case("swish")),
        "mean not 0": loose(1, case("sigmoid"), case("softplus"), case("cosine")),
    },
    mistakes={
        "That is He's rule for every activation. It halves the mean square because "
        "ReLU does; measure what this one does.": he_always,
        "That is right without activation. Measure what the activation does to the "
        "mean square.": xavier_always,
        "You used the activation's variance. The next layer adds squares: what counts "
        "is its mean square, the mean included.": variant(
            lambda f, share: share @ (f - share @ f) ** 2
        ),
        "That is the variance of the weights, not their standard deviation.": variant(
            finish=lambda v: 1 / v
        ),
        "You measured the mean of the absolute value. Squares add up, so take the mean "
        "of the square.": variant(lambda f, share: (share @ np.abs(f)) ** 2),
        "The inputs of the activation are normal with variance 1, not spread evenly "
        "from -1 to 1.": over_even_numbers,
        "fan_in is not used: a unit adds that many products.": lambda activation, _: (
            reference(activation, 1)
        ),
        "fan_in belongs under the root, too.": lambda activation, fan_in: (
            reference(activation, 1) / fan_in
        ),
    },
    alternatives=(by_sampling, by_quadrature),
    hints=(
        "One layer: y = sum of w_m f(z_m), with z_m normal, mean 0 and variance 1. "
        "Which variance of w gives y the variance 1?",
        "Var(y) = fan_in * Var(w) * E f(z)^2. Solve for Var(w).",
        "E f(z)^2: `rng.standard_normal(200_000)`, the activation of it, the mean of "
        "the square. Return the root of 1 / (fan_in * that).",
    ),
    section="initialization",
)
