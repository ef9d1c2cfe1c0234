from functools import partial
from itertools import pairwise

import pytest
import torch
from torch import nn

from c2a import training
from c2a.training.checkpoint import CheckpointError


def problem(n=256):
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(n, 2, generator=generator)
    return inputs, (inputs.sum(1) > 0).long()


def model(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.1), nn.ReLU(), nn.Linear(8, 2))


def weights(net):
    return torch.cat([p.detach().flatten() for p in net.parameters()])


OPTIONS = {"epochs": 4, "learning_rate": 0.05, "batch_size": 32}
PER_EPOCH = 256 // 32


def test_fit_learns_and_keeps_a_history():
    data = problem()
    net = model()
    history = training.fit(net, *data, validation=data, **OPTIONS)
    assert len(history.loss) == 4 * PER_EPOCH
    assert len(history.metric) == 4
    assert history.metric[-1] > 0.95
    assert history.metric[-1] == training.accuracy(net, *data)


def test_equal_seeds_give_equal_bits_and_others_do_not():
    data = problem()
    nets = [model(), model(), model()]
    for net, seed in zip(nets, [0, 0, 1], strict=True):
        training.fit(net, *data, seed=seed, **OPTIONS)
    assert torch.equal(weights(nets[0]), weights(nets[1]))
    assert not torch.equal(weights(nets[0]), weights(nets[2]))


def test_it_is_bit_by_bit_the_loop_that_the_book_prints():
    inputs, targets = problem()
    ours, printed = model(), model()
    history = training.fit(ours, inputs, targets, **OPTIONS)

    steps = 4 * PER_EPOCH
    torch.manual_seed(0)
    optimizer = torch.optim.AdamW(printed.parameters(), lr=0.05, weight_decay=0)
    schedule = training.one_cycle(optimizer, steps)
    losses = []
    for _, rows in zip(range(steps), training.batches(256, 32, seed=0), strict=False):
        loss = nn.functional.cross_entropy(printed(inputs[rows]), targets[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    assert torch.equal(weights(ours), weights(printed))
    assert history.loss == losses


def test_plain_gradient_descent_follows_the_formula():
    inputs, targets = problem()
    ours, theirs = nn.Linear(2, 2), nn.Linear(2, 2)
    theirs.load_state_dict(ours.state_dict())
    options = {"optimizer": torch.optim.SGD, "schedule": training.constant}
    training.fit(
        ours, inputs, targets, steps=3, learning_rate=0.1, batch_size=256, **options
    )
    for _ in range(3):
        loss = nn.functional.cross_entropy(theirs(inputs), targets)
        gradients = torch.autograd.grad(loss, list(theirs.parameters()))
        with torch.no_grad():
            for p, gradient in zip(theirs.parameters(), gradients, strict=True):
                p -= 0.1 * gradient
    torch.testing.assert_close(weights(ours), weights(theirs))


def test_each_pass_sees_every_example_once_in_another_order():
    stream = training.batches(10, 5, seed=0)
    passes = [torch.cat([next(stream), next(stream)]) for _ in range(2)]
    for order in passes:
        assert order.sort().values.tolist() == list(range(10))
    assert not torch.equal(*passes)


def test_batches_can_start_in_the_middle_of_a_pass():
    whole, late = training.batches(11, 3, seed=2), training.batches(11, 3, 2, start=5)
    skipped = [next(whole) for _ in range(9)][5:]
    assert all(torch.equal(rows, next(late)) for rows in skipped)


def test_steps_may_be_more_or_fewer_than_an_epoch():
    options = OPTIONS | {"epochs": None, "validation": problem()}
    assert len(training.fit(model(), *problem(), steps=3, **options).loss) == 3
    history = training.fit(model(), *problem(), steps=PER_EPOCH + 2, **options)
    assert (len(history.loss), len(history.metric)) == (PER_EPOCH + 2, 2)


@pytest.mark.parametrize("length", [{}, {"epochs": 1, "steps": 1}])
def test_the_length_is_said_once(length):
    with pytest.raises(training.TrainingError, match="either epochs or steps"):
        training.fit(model(), *problem(), learning_rate=0.1, **length)


def test_unequal_numbers_of_examples_are_refused():
    inputs, targets = problem()
    with pytest.raises(training.TrainingError, match=r"\[256, 255\] examples"):
        training.fit(model(), inputs, targets[:-1], **OPTIONS)


def test_a_model_of_two_inputs_gets_all_tensors_but_the_last():
    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, a, b):
            return self.layer(a + b)

    inputs, targets = problem()
    net = Sum()
    options = OPTIONS | {"epochs": 20}
    training.fit(net, inputs, torch.zeros_like(inputs), targets, **options)
    assert training.accuracy(net, inputs, torch.zeros_like(inputs), targets) > 0.95
    assert training.accuracy(net, inputs, -2 * inputs, targets) < 0.05


def test_a_single_tensor_is_input_and_target():
    inputs, _ = problem()
    net = nn.Linear(2, 2)
    training.fit(net, inputs, loss=nn.functional.mse_loss, **OPTIONS | {"epochs": 30})
    torch.testing.assert_close(net.weight.detach(), torch.eye(2), atol=0.05, rtol=0)


def test_an_objective_takes_the_place_of_a_loss():
    inputs, targets = problem()
    one, other = model(), model()

    def objective(net, a, b):
        return nn.functional.cross_entropy(net(a), b)

    training.fit(one, inputs, targets, objective=objective, **OPTIONS)
    training.fit(other, inputs, targets, **OPTIONS)
    assert torch.equal(weights(one), weights(other))


def test_groups_have_rates_of_their_own_and_frozen_weights_stay():
    net = model()
    first, last = net[0], net[3]
    net[3].bias.requires_grad_(False)
    before = [first.weight.detach().clone(), last.bias.detach().clone()]
    rates = []
    training.fit(
        net,
        *problem(),
        parameters=[{"params": first.parameters(), "lr": 0.0}, {"params": last.weight}],
        optimizer=lambda *a, **k: rates.append(torch.optim.AdamW(*a, **k)) or rates[0],
        schedule=training.constant,
        **OPTIONS,
    )
    assert [group["lr"] for group in rates[0].param_groups] == [0.0, 0.05]
    assert torch.equal(first.weight, before[0])
    assert torch.equal(last.bias, before[1])


def test_one_cycle_rises_to_the_rate_of_each_group_and_leaves_plain_momentum_alone():
    layers = nn.Linear(1, 1), nn.Linear(1, 1)
    groups = [
        {"params": layer.parameters(), "lr": rate}
        for layer, rate in zip(layers, [0.1, 0.2], strict=True)
    ]
    optimizer = torch.optim.SGD(groups, momentum=0.9)
    schedule = training.one_cycle(optimizer, 100)
    rates = []
    for _ in range(100):
        rates.append(schedule.get_last_lr())
        optimizer.step()
        schedule.step()
    peaks = torch.tensor(rates).max(0)
    torch.testing.assert_close(peaks.values, torch.tensor([0.1, 0.2]))
    assert rates[0][0] < 0.01
    assert rates[-1][0] < 0.001
    assert optimizer.param_groups[0]["momentum"] == 0.9


def test_clipping_bounds_each_step():
    def largest_step(clip):
        inputs, targets = problem()
        net, places = nn.Linear(2, 2), []
        training.fit(
            net,
            100 * inputs,
            targets,
            learning_rate=1.0,
            steps=5,
            clip=clip,
            optimizer=torch.optim.SGD,
            schedule=training.constant,
            after_step=lambda step, net: places.append(weights(net).clone()),
        )
        return max(float((a - b).norm()) for a, b in pairwise(places))

    assert largest_step(0.1) < 0.1001
    assert largest_step(None) > 1


def test_the_hook_sees_gradients_after_each_update():
    seen = []

    def hook(step, net):
        seen.append((step, float(net[0].weight.grad.norm())))

    training.fit(model(), *problem(), after_step=hook, **OPTIONS)
    assert [step for step, _ in seen] == list(range(4 * PER_EPOCH))
    assert all(norm > 0 for _, norm in seen)


class PowerCut(Exception):
    pass


def interrupted(file, calls=20, **options):
    """Train until the loss has been asked for so many times."""
    count = 0

    def loss(outputs, targets):
        nonlocal count
        count += 1
        if count == calls:
            raise PowerCut
        return nn.functional.cross_entropy(outputs, targets)

    with pytest.raises(PowerCut):
        training.fit(
            model(), *problem(), loss=loss, checkpoint=file, **OPTIONS | options
        )


@pytest.mark.parametrize("every", [None, 3])
def test_a_resumed_run_ends_where_an_uninterrupted_one_does(tmp_path, every):
    whole = model()
    validation = problem(50)
    options = OPTIONS | {"every": every, "validation": validation}
    expected = training.fit(whole, *problem(), **options)
    file = tmp_path / "run" / "state.pt"
    interrupted(file, every=every, validation=validation)
    resumed = model(seed=9)
    steps = []
    history = training.fit(
        resumed,
        *problem(),
        checkpoint=file,
        after_step=lambda step, net: steps.append(step),
        **options,
    )
    assert steps[0] == (16 if every is None else 18)  # of 32, cut at the twentieth
    assert torch.equal(weights(resumed), weights(whole))
    assert history == expected


def test_a_hook_with_a_state_is_resumed_too(tmp_path):
    class Count:
        value = 0

        def __call__(self, step, net):
            self.value += 1

        def state_dict(self):
            return {"value": self.value}

        def load_state_dict(self, state):
            self.value = state["value"]

    file = tmp_path / "state.pt"
    interrupted(file, after_step=Count())
    count = Count()
    training.fit(model(), *problem(), checkpoint=file, after_step=count, **OPTIONS)
    assert count.value == 4 * PER_EPOCH


def test_a_checkpoint_of_another_model_says_what_to_do(tmp_path):
    file = tmp_path / "state.pt"
    training.fit(model(), *problem(), checkpoint=file, **OPTIONS)
    other = nn.Linear(2, 2)
    with pytest.raises(CheckpointError, match="delete it to start again"):
        training.fit(other, *problem(), checkpoint=file, **OPTIONS)


def test_a_damaged_checkpoint_says_what_to_do(tmp_path):
    file = tmp_path / "state.pt"
    file.write_bytes(b"half a file")
    with pytest.raises(CheckpointError, match="delete it to start again"):
        training.fit(model(), *problem(), checkpoint=file, **OPTIONS)


@pytest.mark.parametrize("change", [{"epochs": 5}, {"batch_size": 16}, {"seed": 1}])
def test_a_checkpoint_of_another_run_says_what_to_do(tmp_path, change):
    file = tmp_path / "state.pt"
    training.fit(model(), *problem(), checkpoint=file, **OPTIONS)
    with pytest.raises(CheckpointError, match=r"another run.*'steps': 32"):
        training.fit(model(), *problem(), checkpoint=file, **OPTIONS | change)


def test_a_full_disk_leaves_the_last_good_checkpoint(tmp_path, monkeypatch):
    file = tmp_path / "state.pt"
    save, saved = torch.save, []

    def save_once(*arguments):
        if saved:
            raise OSError(28, "No space left on device")
        save(*arguments)
        saved.append(True)

    monkeypatch.setattr(torch, "save", save_once)
    with pytest.raises(OSError, match="No space left"):
        training.fit(model(), *problem(), checkpoint=file, **OPTIONS)
    assert list(tmp_path.iterdir()) == [file]
    steps = []
    hook = partial(lambda step, net: steps.append(step))
    monkeypatch.undo()
    training.fit(model(), *problem(), checkpoint=file, after_step=hook, **OPTIONS)
    assert steps[0] == PER_EPOCH


def test_divergence_is_reported_at_once():
    inputs, targets = problem()
    inputs[3] = torch.nan
    with pytest.raises(training.TrainingError, match="diverged"):
        training.fit(model(), inputs, targets, **OPTIONS)


def test_fewer_examples_than_a_batch_still_train():
    inputs, targets = problem(5)
    assert len(training.fit(model(), inputs, targets, **OPTIONS).loss) == 4


def test_seed_everything_seeds_torch():
    training.seed_everything(3)
    first = torch.rand(3)
    training.seed_everything(3)
    assert torch.equal(first, torch.rand(3))


@pytest.mark.parametrize(("wish", "shown"), [("0", False), ("1", True)])
def test_a_progress_bar_reaches_an_output_only_when_asked(
    capfd, monkeypatch, wish, shown
):
    monkeypatch.setenv("C2A_PROGRESS", wish)
    training.fit(model(), *problem(), label="nets", **OPTIONS)
    printed = capfd.readouterr()
    assert printed.out == ""
    assert ("nets" in printed.err) == shown
