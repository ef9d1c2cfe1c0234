"""Exercise: an epoch of training with three bugs in it."""

import torch
import torch.nn.functional as F
from torch import nn

from c2a.exercises.kit import FORMS32, Draw, Group, declare


def mend_epoch(model, images, labels, optimizer, batches):
    """The loop of the chapter."""
    losses = []
    for batch in batches:
        loss = F.cross_entropy(model(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def cleared_after(model, images, labels, optimizer, batches):
    """Right: gradients are wiped after the step, and once before the first."""
    losses = []
    optimizer.zero_grad()
    for batch in batches:
        loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        model.zero_grad()
        losses.append(float(loss.detach()))
    return losses


def by_log_softmax(model, images, labels, optimizer, batches):
    """Right: the loss from its parts, the losses as one tensor."""
    losses = []
    for batch in batches:
        optimizer.zero_grad(set_to_none=True)
        chances = torch.log_softmax(model(images[batch]), dim=1)
        loss = -chances[torch.arange(len(batch)), labels[batch]].mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


def never_cleared(model, images, labels, optimizer, batches):
    """Wrong: gradients of all batches add up."""
    losses = []
    for batch in batches:
        loss = F.cross_entropy(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def step_first(model, images, labels, optimizer, batches):
    """Wrong: steps along the gradient of the batch before."""
    losses = []
    for batch in batches:
        loss = F.cross_entropy(model(images[batch]), labels[batch])
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
    return losses


def wiped(model, images, labels, optimizer, batches):
    """Wrong: wipes the gradients that it was about to use."""
    losses = []
    for batch in batches:
        loss = F.cross_entropy(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    return losses


def first_labels(model, images, labels, optimizer, batches):
    """Wrong: images of the batch, labels from the start of the set."""
    losses = []
    for batch in batches:
        loss = F.cross_entropy(model(images[batch]), labels[: len(batch)])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def softmax_twice(model, images, labels, optimizer, batches):
    """Wrong: the loss takes scores and does the softmax itself."""
    losses = []
    for batch in batches:
        chances = model(images[batch]).softmax(1)
        loss = F.cross_entropy(chances, labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def half_mended(softmax, first, cleared=False):
    """Wrong: two or all of the three bugs are left."""

    def mend_epoch(model, images, labels, optimizer, batches):
        losses = []
        for batch in batches:
            scores = model(images[batch])
            scores = scores.softmax(1) if softmax else scores
            wanted = labels[: len(batch)] if first else labels[batch]
            loss = F.cross_entropy(scores, wanted)
            if cleared:
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    return mend_epoch


def only_last(model, images, labels, optimizer, batches):
    """Wrong: gives back one loss."""
    return mend_epoch(model, images, labels, optimizer, batches)[-1:]


def drive(mend_epoch, images, labels, batches, weight):
    """One epoch of a linear model by plain gradient descent: losses and weights."""
    model = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        model.weight.copy_(weight / 8)  # small, so that no softmax saturates
        model.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    labels, batches = torch.as_tensor(labels), [torch.as_tensor(b) for b in batches]
    losses = mend_epoch(model, images, labels, optimizer, batches)
    return {
        "losses": torch.as_tensor(losses),
        "weight afterwards": model.weight.detach(),
        "bias afterwards": model.bias.detach(),
    }


def epoch(d: Draw, steps: int):
    """More examples than the batches use, so that the first labels are not theirs."""
    count, features, classes = 4 * steps + 4, d.int(2, 4), 3
    labels = d.whole(count, low=0, high=classes - 1)
    batches = [4 + 4 * step + d.rng.permutation(4) for step in range(steps)]
    labels[:4] = (labels[batches[0]] + 1) % classes
    return d.tensor(count, features), labels, batches, d.tensor(classes, features)


EXERCISE = declare(
    "mend_epoch",
    "An epoch with three bugs",
    mend_epoch,
    drive=drive,
    difficulty=2,
    minutes=15,
    trains=True,
    seconds=20.0,  # the first optimizer of a process takes its time to load
    forms=FORMS32,
    groups={
        "two steps": Group(1, lambda d: epoch(d, 2), hidden=2),
        "more steps": Group(2, lambda d: epoch(d, d.int(3, 4)), hidden=2),
    },
    mistakes={
        "Gradients add up: nothing sets them to zero between two batches.": (
            never_cleared
        ),
        "The step comes before `backward`, so it uses the gradient of the batch "
        "before.": step_first,
        "The gradients are set to zero between `backward` and `step`: nothing is "
        "learned.": wiped,
        "The labels are not those of the batch's images: index both alike.": (
            first_labels
        ),
        "`cross_entropy` takes the scores and does the softmax itself.": softmax_twice,
        "This is the code as it was given. Say of each line what goes in, what comes "
        "out, and what it leaves behind in the gradients.": half_mended(True, True),
        "The labels are mended. Two bugs are left: one in what the loss gets, one in "
        "the gradients.": half_mended(True, False),
        "The scores are mended. Two bugs are left: one in the labels, one in the "
        "gradients.": half_mended(False, True),
        "The gradients are mended. Two bugs are left: one in what the loss gets, one "
        "in the labels.": half_mended(True, True, cleared=True),
        "Only the last loss comes back. Keep one for each batch.": only_last,
    },
    alternatives=(cleared_after, by_log_softmax),
    hints=(
        "Say aloud what each line does to the gradients. In which order must `step`, "
        "`backward` and `zero_grad` come?",
        "Which images go into the loss, and which labels?",
        "What does `F.cross_entropy` want: scores, or probabilities?",
    ),
    section="loop",
)
