"""What the timeline shows: when each idea was first public, and when it was published.

The key of each event is that of its source in the bibliography.
"""

from __future__ import annotations

from typing import NamedTuple


class Event(NamedTuple):
    """One idea.

    Attributes:
        name: what it is called.
        first: the year in which it could first be read, preprints included.
        published: the year of the journal or the conference.
        source: key in the bibliography.
        note: who, where, and what was new.
    """

    name: str
    first: int
    published: int
    source: str
    note: str


THREADS: dict[str, list[Event]] = {
    "seeing": [
        Event(
            "neocognitron",
            1980,
            1980,
            "fukushima1980",
            "Fukushima, Biological Cybernetics: shared local detectors in layers.",
        ),
        Event(
            "convolutional net, backpropagation",
            1989,
            1989,
            "lecun1989",
            "LeCun and six others, Neural Computation: zip codes read.",
        ),
        Event(
            "LeNet-5",
            1998,
            1998,
            "lecun1998",
            "LeCun, Bottou, Bengio, Haffner, Proceedings of the IEEE: the mature form.",
        ),
        Event(
            "AlexNet",
            2012,
            2012,
            "krizhevsky2012",
            "Krizhevsky, Sutskever, Hinton, NeurIPS: ImageNet won on two GPUs.",
        ),
        Event(
            "VGG",
            2014,
            2015,
            "simonyan2014",
            "Simonyan, Zisserman: preprint September 2014, ICLR 2015.",
        ),
        Event(
            "batch norm",
            2015,
            2015,
            "ioffe2015",
            "Ioffe, Szegedy: preprint February 2015, ICML 2015.",
        ),
        Event(
            "ResNet",
            2015,
            2016,
            "he2016",
            "He, Zhang, Ren, Sun: preprint December 2015, CVPR 2016.",
        ),
        Event(
            "vision transformer",
            2020,
            2021,
            "dosovitskiy2021",
            "Dosovitskiy and eleven others: preprint October 2020, ICLR 2021.",
        ),
        Event(
            "ConvNeXt",
            2022,
            2022,
            "liu2022",
            "Liu, Mao, Wu, Feichtenhofer, Darrell, Xie: January 2022, CVPR 2022.",
        ),
        Event(
            "transformer without norms",
            2025,
            2025,
            "zhu2025",
            "Zhu, Chen, He, LeCun, Liu: no norm; preprint March 2025, CVPR 2025.",
        ),
    ],
    "sequences": [
        Event(
            "vanishing gradients, in German",
            1991,
            1991,
            "hochreiter1991",
            "Hochreiter's diploma thesis, Munich: an analysis that few could read.",
        ),
        Event(
            "vanishing gradients, in English",
            1994,
            1994,
            "bengio1994",
            "Bengio, Simard, Frasconi, IEEE Transactions on Neural Networks.",
        ),
        Event(
            "LSTM",
            1997,
            1997,
            "hochreiter1997",
            "Hochreiter, Schmidhuber, Neural Computation: no forget gate as yet.",
        ),
        Event(
            "forget gate",
            2000,
            2000,
            "gers2000",
            "Gers, Schmidhuber, Cummins, Neural Computation.",
        ),
        Event(
            "GRU",
            2014,
            2014,
            "cho2014",
            "Cho and six others: preprint June 2014, EMNLP 2014.",
        ),
        Event(
            "attention for translation",
            2014,
            2015,
            "bahdanau2014",
            "Bahdanau, Cho, Bengio: preprint September 2014, ICLR 2015.",
        ),
        Event(
            "transformer",
            2017,
            2017,
            "vaswani2017",
            "Vaswani and seven others: preprint June 2017, NeurIPS 2017.",
        ),
        Event(
            "Mamba",
            2023,
            2024,
            "gu2023",
            "Gu, Dao: recurrence again; preprint December 2023, COLM 2024.",
        ),
    ],
    "making": [
        Event(
            "variational autoencoder",
            2013,
            2014,
            "kingma2013",
            "Kingma, Welling: preprint December 2013, ICLR 2014.",
        ),
        Event(
            "GAN",
            2014,
            2014,
            "goodfellow2014",
            "Goodfellow and seven others: preprint June 2014, NeurIPS 2014.",
        ),
        Event(
            "diffusion",
            2015,
            2015,
            "sohldickstein2015",
            "Sohl-Dickstein, Weiss, Maheswaranathan, Ganguli: ICML 2015.",
        ),
        Event(
            "diffusion, images worth looking at",
            2020,
            2020,
            "ho2020",
            "Ho, Jain, Abbeel: preprint June 2020, NeurIPS 2020.",
        ),
        Event(
            "diffusion by a transformer",
            2022,
            2023,
            "peebles2022",
            "Peebles, Xie: preprint December 2022, ICCV 2023.",
        ),
    ],
}


def events() -> list[Event]:
    """All events, thread by thread."""
    return [event for thread in THREADS.values() for event in thread]
