"""Training the networks: what a run leaves, and that a broken one ends as an unbroken one."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.io.weights import load_weights
from pspflow.models.mixture import ConditionalPrior
from pspflow.simulate import simulate_composite
from pspflow.studies.composite import network_training, reconstruction, train
from pspflow.studies.composite.network_options import NetworkOptions
from pspflow.studies.composite.networks import PropertyScale, load_network
from pspflow.studies.composite.priors import refit
from pspflow.studies.composite.properties import NORMAL
from pspflow.studies.composite.structures import DIMS, PHASE, phase_table

ORIGIN = Provenance("test", {}, 0, {})
EDGE, COUNT = 9, 20
OPTIONS = NetworkOptions.model_validate(
    {"width": 2, "decoder_width": 1, "dense": 8, "max_epochs": {"all": 3}, "batch_size": 5}
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Write a set of structures with made-up stiffness."""
    folder = tmp_path_factory.mktemp("set")
    rng = np.random.default_rng(0)
    voxels = np.stack([simulate_composite(EDGE, (1, 2, 1), 0.4, rng) for _ in range(COUNT)])
    with new_store(folder / "structures.zarr", ORIGIN) as group:
        put_array(group, PHASE, voxels, DIMS, "1")
    names = [f"s{place}" for place in range(COUNT)]
    values = pd.DataFrame(rng.uniform(5, 50, (COUNT, 6)), columns=list(NORMAL))
    write_table(folder / "stiffness.parquet", values.assign(structure=names), ORIGIN)
    write_table(folder / "phases.parquet", phase_table((2.4, 120.0), (0.3, 0.3)), ORIGIN)
    splits = ["train"] * 12 + ["validation"] * 4 + ["test"] * 4
    rows = pd.DataFrame({"run": 0, "structure": names, "split": splits})
    write_table(folder / "splits.parquet", rows, ORIGIN)
    return folder


def run(data, out, model, **more):
    """Train a network into a folder."""
    files = {n: data / f"{n}.parquet" for n in ("phases", "stiffness", "splits")}
    files |= {"weights": out / "weights.safetensors", "history": out / "history.parquet"}
    train.train_network(
        model=model, structures=data / "structures.zarr", options=OPTIONS, **files, **more
    )
    return out


@pytest.mark.parametrize(
    ("model", "target"), [("cnn", "normal"), ("mixture", "c11"), ("mixture_statistics", "normal")]
)
def test_a_broken_training_ends_as_an_unbroken_one(data, tmp_path, model, target, monkeypatch):
    """Stopped in its second epoch and started again, it leaves the same weights, bit by bit."""
    whole = run(data, tmp_path / "whole", model, target=target)
    step = network_training.NetworkTraining.training_step

    def breaks(self, batch, number):
        if self.current_epoch == 1 and number == 1:
            raise KeyboardInterrupt
        return step(self, batch, number)

    monkeypatch.setattr(network_training.NetworkTraining, "training_step", breaks)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        run(data, tmp_path / "broken", model, target=target)
    monkeypatch.undo()
    run(data, tmp_path / "broken", model, target=target)
    one, two = (load_weights(tmp_path / n / "weights.safetensors")[0] for n in ("whole", "broken"))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert len(read_table(whole / "history.parquet")) == 3


def test_what_a_training_leaves(data, tmp_path):
    """Predictions and latents of every structure, and weights that predict the same."""
    out = tmp_path
    run(
        *(data, out, "gaussian"),
        target="c11",
        predictions=out / "predictions.parquet",
        latents=out / "latents.parquet",
    )
    told, latents = (read_table(out / f"{n}.parquet") for n in ("predictions", "latents"))
    assert list(told) == ["structure", "split", "c11_gpa", "c11_gpa_sd"]
    assert list(latents)[2:] == [f"z{place}" for place in range(16)]
    assert len(told) == len(latents) == COUNT
    network, material = load_network(out / "weights.safetensors")
    voxels = train.read_values(train.open_store(data / "structures.zarr"), PHASE)
    means, spreads = network.predict(voxels)
    np.testing.assert_allclose(means[:, 0], told["c11_gpa"], rtol=1e-5)
    assert (spreads > 0).all()
    np.testing.assert_allclose(network.encode(voxels)[0], latents.iloc[:, 2:], atol=1e-5)
    known = read_table(data / "stiffness.parquet")["c11_gpa"][:12]
    assert material["ranges"]["c11_gpa"] == pytest.approx([known.min(), known.max()])
    assert network.prior(np.array([[20.0]])).means.shape == (1, 1, 16)


def test_a_network_without_target_is_refused(data, tmp_path):
    """The sentence names what is missing."""
    with pytest.raises(InputError, match="give --target"):
        run(data, tmp_path, "cnn")


def test_bad_style_weights_are_named(data, tmp_path):
    """A file that holds something else is refused with its name and what to give."""
    wrong = tmp_path / "vgg.pth"
    torch.save({"weight": torch.zeros(3)}, wrong)
    with pytest.raises(
        InputError, match=r"vgg.pth: features.0.weight is missing.*give torchvision"
    ):
        reconstruction.style_features(wrong)
    wrong.write_text("no weights")
    with pytest.raises(InputError, match=r"vgg.pth: no file of weights"):
        reconstruction.style_features(wrong)
    with pytest.raises(InputError, match="there is no such file"):
        reconstruction.style_features(tmp_path / "none.pth")


@pytest.mark.parametrize("log", [False, True])
def test_scale_goes_both_ways(log):
    """Standardised values come back, and their deviations to first order."""
    known = torch.rand(50, 2) * 30 + 5
    scale = PropertyScale(2, log=log)
    scale.fit(known)
    values = scale(known)
    torch.testing.assert_close(values.mean(dim=0), torch.zeros(2), atol=1e-5, rtol=0)
    back, widths = scale.inverse(values, torch.full_like(values, 1e-3))
    torch.testing.assert_close(back, known)
    ahead, _ = scale.inverse(values + 1e-3, values)
    torch.testing.assert_close(ahead - back, widths, rtol=2e-2, atol=1e-4)


def test_refitted_prior_finds_two_kinds():
    """Latents in two clusters of one property each get a component."""
    rng = torch.Generator().manual_seed(0)
    means = 3 * torch.tensor([[1.0, 0.0]]) * (torch.arange(200) % 2 * 2 - 1)[:, None]
    means = means + torch.randn(200, 2, generator=rng) / 4
    data = (means, torch.full((200, 2), -4.0), torch.randn(200, 1, generator=rng))
    prior = ConditionalPrior(1, 2, latent=2)
    refit(prior, data, data, seed=0)
    found = prior(torch.zeros(1, 1))
    centres, _ = found.means[0, :, 0].sort()
    torch.testing.assert_close(centres, torch.tensor([-3.0, 3.0]), atol=0.3, rtol=0)
    torch.testing.assert_close(found.log_weights.exp(), torch.full((1, 2), 0.5), atol=0.1, rtol=0)
