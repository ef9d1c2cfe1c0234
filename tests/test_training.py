import pytest
import torch
from torch import nn

from c2a import training


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


def test_fit_learns_and_keeps_a_history():
    data = problem()
    net = model()
    history = training.fit(net, *data, validation=data, **OPTIONS)
    assert len(history.loss) == 4 * 256 // 32
    assert history.epochs == 4
    assert history.accuracy[-1] > 0.95
    assert history.accuracy[-1] == training.accuracy(net, *data)


def test_equal_seeds_give_equal_bits_and_others_do_not():
    data = problem()
    nets = [model(), model(), model()]
    for net, seed in zip(nets, [0, 0, 1], strict=True):
        training.fit(net, *data, seed=seed, **OPTIONS)
    assert torch.equal(weights(nets[0]), weights(nets[1]))
    assert not torch.equal(weights(nets[0]), weights(nets[2]))


def test_a_resumed_run_ends_where_an_uninterrupted_one_does(tmp_path):
    data = problem()
    whole = model()
    training.fit(whole, *data, **OPTIONS)

    class Power(Exception):
        pass

    calls = 0

    def failing_loss(outputs, targets):
        nonlocal calls
        calls += 1
        if calls == 20:  # in the middle of the third of four epochs
            raise Power
        return nn.functional.cross_entropy(outputs, targets)

    file = tmp_path / "run" / "state.pt"
    with pytest.raises(Power):
        training.fit(model(), *data, loss=failing_loss, checkpoint=file, **OPTIONS)
    resumed = model(seed=9)
    history = training.fit(resumed, *data, checkpoint=file, **OPTIONS)
    assert torch.equal(weights(resumed), weights(whole))
    assert len(history.loss) == 32


def test_a_checkpoint_of_another_model_says_what_to_do(tmp_path):
    file = tmp_path / "state.pt"
    training.fit(model(), *problem(), checkpoint=file, **OPTIONS)
    other = nn.Linear(2, 2)
    with pytest.raises(training.TrainingError, match="delete it to start again"):
        training.fit(other, *problem(), checkpoint=file, **OPTIONS)


def test_a_damaged_checkpoint_says_what_to_do(tmp_path):
    file = tmp_path / "state.pt"
    file.write_bytes(b"half a file")
    with pytest.raises(training.TrainingError, match="delete it to start again"):
        training.fit(model(), *problem(), checkpoint=file, **OPTIONS)


def test_a_checkpoint_of_a_run_of_another_length_says_what_to_do(tmp_path):
    file = tmp_path / "state.pt"
    training.fit(model(), *problem(), checkpoint=file, **OPTIONS)
    with pytest.raises(training.TrainingError, match="run of 32 steps"):
        training.fit(model(), *problem(), checkpoint=file, **OPTIONS | {"epochs": 5})


def test_a_full_disk_leaves_the_last_good_checkpoint(tmp_path, monkeypatch):
    file = tmp_path / "state.pt"
    save, saved = torch.save, []

    def save_once(*arguments):
        if saved:
            raise OSError(28, "No space left on device")
        save(*arguments)
        saved.append(True)

    monkeypatch.setattr(training.torch, "save", save_once)
    with pytest.raises(OSError, match="No space left"):
        training.fit(model(), *problem(), checkpoint=file, **OPTIONS)
    assert list(tmp_path.iterdir()) == [file]
    assert torch.load(file, weights_only=True)["epochs"] == 1


def test_divergence_is_reported_at_once():
    inputs, targets = problem()
    inputs[3] = torch.nan
    with pytest.raises(training.TrainingError, match="diverged"):
        training.fit(model(), inputs, targets, **OPTIONS)


def test_fewer_examples_than_a_batch_still_train():
    inputs, targets = problem(5)
    assert len(training.fit(model(), inputs, targets, **OPTIONS).loss) == 4


def test_predict_leaves_the_mode_as_it_was_and_is_deterministic():
    net = model().train()
    inputs, _ = problem(7)
    first = training.predict(net, inputs, batch_size=3)
    assert first.shape == (7, 2)
    assert torch.equal(first, training.predict(net, inputs))
    assert net.training


def test_count_parameters_counts_what_is_trained():
    net = nn.Linear(3, 4)
    assert training.count_parameters(net) == 16
    net.bias.requires_grad_(False)
    assert training.count_parameters(net) == 12


def test_seed_everything_seeds_torch():
    training.seed_everything(3)
    first = torch.rand(3)
    training.seed_everything(3)
    assert torch.equal(first, torch.rand(3))


def test_no_progress_bar_reaches_a_committed_output(capfd, monkeypatch):
    monkeypatch.setenv("C2A_PROGRESS", "0")
    training.fit(model(), *problem(), **OPTIONS)
    assert capfd.readouterr() == ("", "")
