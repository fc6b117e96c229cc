"""The training of localizers: symmetries, the stage, exact resume, and refusals."""

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.io.weights import load_weights
from pspflow.mechanics import strain_field
from pspflow.studies.composite.localization.localizers import load_localizer
from pspflow.studies.composite.localization.stages.train import train
from pspflow.studies.composite.localization.training import LocalLoss, symmetric
from pspflow.studies.composite.structures.symmetries import EVERY, MIRRORS, Symmetries
from pspflow.training.devices import chosen_device

COUNT, FIELDS = 24, 20
ORIGIN = Provenance("test", {}, None, {})
# both modules use the same trained networks
pytestmark = pytest.mark.xdist_group("localization")


def test_strains_have_the_symmetries_of_the_training(structure):
    """The solver gives a mirrored or exchanged structure its strains mirrored or exchanged."""
    macro, found = [1e-3, 0, 0, 0, 0, 0], set()
    moduli = ([2.4, 120], [0.3, 0.3])
    options = {"precision": "double", "tolerance": 1e-9}
    strain = torch.from_numpy(strain_field(structure, *moduli, macro, **options)[0])
    for which in range(16):
        turned = symmetric(torch.from_numpy(structure), which).contiguous().numpy()
        found.add(turned.tobytes())
        if which in (0, 1, 6, 8, 13):
            solved = strain_field(turned, *moduli, macro, **options)[0]
            np.testing.assert_allclose(solved, symmetric(strain, which), atol=1e-10)
    assert len(found) == 16


@pytest.mark.parametrize(
    ("symmetries", "copies"),
    [(EVERY, 16), (Symmetries(), 1), (MIRRORS, 8), (Symmetries((2,), ((0, 1, 2), (0, 2, 1))), 4)],
)
def test_copies_have_the_symmetries_of_the_set(structure, symmetries, copies):
    """A training sees the copies that its set has, and no others."""
    seen = set()

    class Model:
        def __call__(self, inputs):
            seen.add(inputs.numpy().tobytes())
            return inputs

        def loss(self, given, targets):
            return (given - targets).square().mean()

    loss = LocalLoss(Model(), 0, symmetries)
    batch = (torch.from_numpy(structure)[None].float(),) * 2
    for number in range(200):
        loss.training(batch, 0, number)
    assert len(seen) == copies


@pytest.mark.parametrize(("field", "array"), [("strain", "strain_11"), ("stress", "stress_11")])
def test_training_learns_from_training_structures(composite, trained, field, array):
    """The operator's loss falls, and its scales are those of the training split."""
    folder = trained[f"{field}/fno/run0"]
    history = read_table(folder / "history.parquet")
    assert history["epoch"].tolist() == list(range(6))
    assert history["validation_loss"].min() < 0.9 * history["validation_loss"].iloc[0]
    fitted = load_localizer(folder / "weights.safetensors", chosen_device())
    fields = read_values(open_store(composite / "fields.zarr"), array)[:12]
    expected = [fields.mean(), fields.reshape(12, -1).std(axis=1).mean()]
    np.testing.assert_allclose(fitted.field.cpu(), expected, rtol=1e-4)


def test_networks_train_at_equal_cost(trained, options):
    """Each takes the budget to half a batch an epoch, and says what it has cost."""
    for name, folder in trained.items():
        history = read_table(folder / "history.parquet")
        assert history["gmac"].sum() == pytest.approx(options.budget_gmac, rel=0.1), name
        assert (history[["gmac", "voxels"]] > 0).all(axis=None)


def test_trainings_differ_in_their_first_weights(trained):
    """Two runs of one network end in other weights, on the same structures."""
    one, two = (
        load_weights(trained[f"strain/cpnet3/run{run}"] / "weights.safetensors")[0]
        for run in (0, 1)
    )
    assert torch.equal(one["field"], two["field"])
    assert not torch.equal(one["net.head.0.weight"], two["net.head.0.weight"])


@pytest.mark.parametrize("model", ["strain/cpnet3/run0", "strain/fno/run0"])
def test_a_broken_training_ends_in_the_same_weights(
    composite, trained, trained_into, model, monkeypatch
):
    """Stopped in its second epoch and started again, it ends bit by bit as an unbroken one."""
    training = LocalLoss.training

    def stop(self, batch, epoch, number):
        if epoch == 1:
            raise RuntimeError("killed")
        return training(self, batch, epoch, number)

    monkeypatch.setattr(LocalLoss, "training", stop)
    with pytest.raises(RuntimeError, match="killed"):
        trained_into(model, f"broken-{model}")
    monkeypatch.undo()
    folder = composite / f"broken-{model}"
    assert not (folder / "weights.safetensors").exists()
    assert list(folder.glob("resume/*/last.ckpt"))
    trained_into(model, f"broken-{model}")
    one, _ = load_weights(trained[model] / "weights.safetensors")
    two, _ = load_weights(folder / "weights.safetensors")
    for name in one:
        assert torch.equal(one[name], two[name]), name
    assert not (folder / "resume").exists()


def test_unfit_inputs_are_named(composite, inputs):
    """A centre that no structure holds, and a split without fields, are named with a remedy."""
    small = composite / "small"
    dims = ("structure", "x", "y", "z")
    with new_store(small / "structures.zarr", ORIGIN) as group:
        put_array(group, "phase", np.zeros((COUNT, 5, 5, 5), np.uint8), dims, "1")
    with new_store(small / "fields.zarr", ORIGIN) as group:
        put_array(group, "strain_11", np.zeros((FIELDS, 5, 5, 5), np.float32), dims, "1")
        group.attrs["structures"] = [f"s{i:02}" for i in range(4, COUNT)]
    out = {"weights": small / "w.safetensors", "history": small / "h.parquet"}
    files = {**inputs, **out}
    stores = {name: small / files[name].name for name in ("structures", "fields")}
    with pytest.raises(InputError, match=r"localization\.models has cpnet7"):
        train(localizer="cpnet7", **{**files, **stores})
    with pytest.raises(InputError, match=r"array strain_11 is .* delete it"):
        train(localizer="fno", **{**files, "fields": stores["fields"]})
    with new_store(small / "unnamed.zarr", ORIGIN) as group:
        put_array(group, "strain_11", np.zeros((FIELDS, 5, 5, 5), np.float32), dims, "1")
    unnamed = {"structures": stores["structures"], "fields": small / "unnamed.zarr"}
    with pytest.raises(InputError, match=r"array strain_11 is .* delete it"):
        train(localizer="fno", **{**files, **unnamed})
    few = read_table(composite / "splits.parquet")
    few = few[(few["run"] == 0) & (few["split"] != "validation")]
    write_table(small / "splits.parquet", few, ORIGIN)
    with pytest.raises(InputError, match="none of its 20 structures is of split 'validation'"):
        train(localizer="fno", **{**files, "splits": small / "splits.parquet"})


def test_symmetries_are_of_the_training_and_change_with_the_epoch():
    """Input and target are turned alike; a validation batch stays as it is."""
    fields = torch.arange(2 * 3**3, dtype=torch.float32).view(2, 3, 3, 3)
    seen = []

    class Model:
        def __call__(self, inputs):
            return inputs

        def loss(self, predicted, targets):
            seen.append((predicted, targets))
            return torch.zeros(())

    loss = LocalLoss(Model(), 3)
    for number in (0, 1):
        loss.validation((fields, -fields), number)
        assert torch.equal(seen[-1][0], fields)
        assert torch.equal(seen[-1][1], -fields)
    seen.clear()
    for epoch in range(8):
        for number in range(2):
            loss.training((fields, -fields), epoch, number)
    assert all(torch.equal(inputs, -targets) for inputs, targets in seen)
    for number in range(2):
        turned = {tuple(inputs.ravel().tolist()) for inputs, _ in seen[number::2]}
        assert len(turned) > 3
