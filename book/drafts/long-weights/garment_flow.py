import math
import torch
import torch.nn.functional as F
from torch import nn
from c2a.data import load
from c2a.scale import device, pick
from c2a.training import fit

# ---- export
class TimedBlock(nn.Module):
    """A residual block of two 3 x 3 convolutions that is told time and class."""

    def __init__(self, inputs, outputs, condition):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(8, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(8, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.condition = nn.Linear(condition, outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, condition):
        y = self.conv1(F.silu(self.norm1(x))) + self.condition(condition)[:, :, None, None]
        return self.skip(x) + self.conv2(F.silu(self.norm2(y)))


# ---- export
class UNet(nn.Module):
    """Velocity (or noise) of an image at time t and of class y; class `classes` is "any"."""

    def __init__(self, channels, width, classes, condition=64):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(32, condition), nn.SiLU(), nn.Linear(condition, condition))
        self.label = nn.Embedding(classes + 1, condition)
        self.enter = nn.Conv2d(4 * channels, width, 3, padding=1)
        self.down1 = TimedBlock(width, width, condition)
        self.shrink = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.down2 = TimedBlock(2 * width, 2 * width, condition)
        self.middle = TimedBlock(2 * width, 2 * width, condition)
        self.up2 = TimedBlock(4 * width, 2 * width, condition)
        self.grow = nn.Conv2d(2 * width, width, 3, padding=1)
        self.up1 = TimedBlock(2 * width, width, condition)
        self.leave = nn.Conv2d(width, 4 * channels, 3, padding=1)

    def forward(self, x, t, y):
        frequencies = torch.exp(-math.log(1e4) * torch.arange(16, device=x.device) / 16)
        angles = 1000 * t[:, None] * frequencies
        c = self.time(torch.cat([angles.sin(), angles.cos()], 1)) + self.label(y)
        x = F.pixel_unshuffle(x, 2)  # (N, 4 channels, H/2, W/2)
        fine = self.down1(self.enter(x), c)
        coarse = self.down2(self.shrink(fine), c)
        up = self.up2(torch.cat([self.middle(coarse, c), coarse], 1), c)
        up = self.up1(torch.cat([self.grow(F.interpolate(up, scale_factor=2)), fine], 1), c)
        return F.pixel_shuffle(self.leave(up), 2)


# ---- weights-garment-flow
WIDTH, STEPS, BATCH, RATE = 40, 30000, 128, 2e-3

def garments(part="train"):
    d = load(pick(smoke="fashion-mnist", cpu="fashion-mnist", gpu="fashion-mnist-full"))
    images = d.train_images if part == "train" else d.test_images
    labels = d.train_labels if part == "train" else d.test_labels
    return torch.tensor(images)[:, None].float() / 127.5 - 1, torch.tensor(labels)

def flow_loss(model, x, y):
    """Squared error of the velocity e - x at (1 - t) x + t e; class dropped in a tenth."""
    y = torch.where(torch.rand(len(y), device=y.device) < 0.1, 10, y)
    t = torch.sigmoid(torch.randn(len(x), device=x.device))
    noise = torch.randn_like(x)
    mixed = torch.lerp(x, noise, t[:, None, None, None])
    return F.mse_loss(model(mixed, t, y), noise - x)

class Average:
    """Running mean of the weights."""
    def __init__(self, model):
        self.mean = {k: v.detach().clone() for k, v in model.state_dict().items()}
    def __call__(self, step, model):
        keep = min(0.9995, (1 + step) / (10 + step))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                self.mean[k] = self.mean[k].to(v.device).lerp_(v, 1 - keep)
    def state_dict(self): return self.mean
    def load_state_dict(self, state): self.mean = dict(state)

def build_garment_flow():
    torch.manual_seed(0)
    return UNet(1, WIDTH, 10)

def train_garment_flow(model, checkpoint):
    average = Average(model)
    history = fit(model, *garments(), objective=flow_loss, steps=STEPS, batch_size=BATCH,
                  learning_rate=RATE, clip=1.0, after_step=average, checkpoint=checkpoint)
    model.load_state_dict(average.mean)
    return history

@torch.no_grad()
def flow_sample(model, y, steps=20, seed=0, guidance=1.0):
    g = torch.Generator().manual_seed(seed)
    where = next(model.parameters()).device
    x = torch.randn(len(y), 1, 28, 28, generator=g).to(where); y = y.to(where)
    for i in range(steps):
        t = torch.full((len(y),), 1 - i / steps, device=where)
        v = model(x, t, y)
        if guidance != 1:
            free = model(x, t, torch.full_like(y, 10))
            v = free + guidance * (v - free)
        x = x - v / steps
    return x.clamp(-1, 1)

def measure_garment_flow(model):
    """Held-out flow loss at fixed noise."""
    where = next(model.parameters()).device
    images, labels = garments("test")
    torch.manual_seed(1)
    with torch.no_grad():
        parts = [flow_loss(model, x.to(where), y.to(where)).item() for x, y in zip(images[:5000].split(500), labels[:5000].split(500))]
    return {"loss": sum(parts) / len(parts)}
