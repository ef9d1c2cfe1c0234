"""Code shown to the reader in chapter 17, for later ones to build on.

Collected from the cells of book/17-gans.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import torch

ANGLES = torch.arange(8) * torch.pi / 4
CENTERS = 2 * torch.stack([ANGLES.cos(), ANGLES.sin()], dim=1)  # (8, 2)
DEVIATION = 0.05


def ring(count, seed):
    """Points around the eight modes, each mode equally likely: (count, 2)."""
    draw = torch.Generator().manual_seed(seed)
    mode = torch.randint(8, (count,), generator=draw)
    return CENTERS[mode] + DEVIATION * torch.randn(count, 2, generator=draw)


def modes_covered(x):
    """How many modes hold a fortieth of x (N, 2) or more; the share on any mode."""
    near = torch.cdist(x, CENTERS) < 3 * DEVIATION  # (N, 8)
    shares = near.float().mean(0)
    return int((shares >= 1 / 40).sum()), shares.sum().item()
