"""Stage `apply`: what networks of a dataset make, on networks that were not trained."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import get_array, new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.io.weights import save_weights
from pspflow.studies.latent.evaluation.making import Wanted, made_by_generator
from pspflow.studies.latent.evaluation.options import MakingOptions
from pspflow.studies.latent.evaluation.stages.apply import apply
from pspflow.studies.latent.networks.trained import network_of

ORIGIN = Provenance("test", {}, 0, {})
SPLITS = ("train",) * 20 + ("validation",) * 2 + ("test",) * 10
EDGE = 32
OPTIONS = MakingOptions(reconstructed=9, generated=16, interpolations=2, steps=3)
MODELS = ("printed", "kaiming")
EPOCHS = (1, 3)


def save_network(path, model, seed, edge=EDGE):
    torch.manual_seed(seed)
    arguments = {
        "latent_model": model,
        "dataset": "gaussian_smooth",
        "shape": (edge, edge),
        "boundaries": None,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_weights(path, network_of(arguments).state_dict(), arguments, ORIGIN)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Write a dataset of one store, and networks with snapshots; the last is the network."""
    folder = tmp_path_factory.mktemp("applied")
    noise = np.random.default_rng(0).integers(0, 256, (len(SPLITS), EDGE // 8, EDGE // 8))
    images = noise.astype(np.uint8).repeat(8, axis=1).repeat(8, axis=2)
    with new_store(folder / "images.zarr", ORIGIN) as group:
        put_array(group, "images", images, ("image", "y", "x"), "grey level")
    names = [f"image{number}" for number in range(len(SPLITS))]
    table = pd.DataFrame({"image_id": names, "split": SPLITS, "group": names})
    write_table(folder / "images.parquet", table, ORIGIN)
    for model in MODELS:
        for epoch in EPOCHS:
            save_network(folder / model / "snapshots" / f"{epoch}.safetensors", model, epoch)
        save_network(folder / model / "weights.safetensors", model, EPOCHS[-1])
    inputs = {
        "dataset": "gaussian_smooth",
        "images": (folder / "images.zarr",),
        "tables": (folder / "images.parquet",),
        "weights": {model: folder / model / "weights.safetensors" for model in MODELS},
        "snapshots": {model: folder / model / "snapshots" for model in MODELS},
        "options": OPTIONS,
        "device": "cpu",
    }
    return SimpleNamespace(folder=folder, images=images, inputs=inputs)


@pytest.fixture(scope="module")
def made(data):
    """Apply the networks."""
    apply(**data.inputs, made=data.folder / "made.zarr")
    return open_store(data.folder / "made.zarr")


def test_everything_is_made_in_its_shape(made):
    """Each with names of its axes and a unit."""
    size, (n, steps) = (EDGE, EDGE), (OPTIONS.reconstructed, OPTIONS.steps)
    expected = {
        "reconstructions/pca": (n, *size),
        "samples/pca/fitted": (16, *size),
        "test_rows": (n,),
        "strip_rows": (2, 2),
    }
    for model in MODELS:
        expected |= {
            f"reconstructions/{model}": (n, *size),
            f"samples/{model}/independent": (16, *size),
            f"samples/{model}/fitted": (16, *size),
            f"epochs/{model}": (2, 16, *size),
            f"epoch_reconstructions/{model}": (2, 8, *size),
            f"strips/{model}": (2, steps, *size),
        }
    for name, shape in expected.items():
        array = get_array(made, name)
        assert array.shape == shape, name
        assert array.attrs["units"] in {"grey level", "1"}
        assert len(array.metadata.dimension_names) == len(shape)
    assert get_array(made, "epochs/printed").attrs["epochs"] == list(EPOCHS)
    # images of 4 x 4 blocks vary in 16 ways
    assert get_array(made, "reconstructions/pca").attrs["components"] == 16
    assert get_array(made, "reconstructions/pca").attrs["latent_size"] == 32


def test_rows_are_test_images(data, made):
    """Of the dataset's table, each once; principal components reconstruct them, in this order."""
    rows = read_values(made, "test_rows")
    assert len(set(rows)) == len(rows)
    assert {SPLITS[row] for row in rows} == {"test"}
    again = read_values(made, "reconstructions/pca").astype(float)
    errors = np.abs(again[:, None] - data.images[rows]).mean(axis=(2, 3))
    np.testing.assert_array_equal(errors.argmin(axis=1), np.arange(len(rows)))


def test_epochs_show_the_same(made):
    """The last snapshot is the network: its first reconstructions are those of the network."""
    for model in MODELS:
        again = read_values(made, f"epoch_reconstructions/{model}")
        np.testing.assert_array_equal(again[-1], read_values(made, f"reconstructions/{model}")[:8])
        assert (again[0] != again[-1]).any()


def test_strips_lead_from_image_to_image(made):
    """They begin and end with reconstructions of the named rows."""
    rows, ends = read_values(made, "test_rows"), read_values(made, "strip_rows")
    strips = read_values(made, "strips/kaiming")
    again = read_values(made, "reconstructions/kaiming")
    for strip, (first, last) in zip(strips, ends, strict=True):
        assert first != last
        np.testing.assert_allclose(strip[0], again[rows == first][0], atol=1)
        np.testing.assert_allclose(strip[-1], again[rows == last][0], atol=1)


def test_same_seed_same_images(data, made):
    """And networks have random numbers of their own."""
    apply(**data.inputs, made=data.folder / "again.zarr")
    again = open_store(data.folder / "again.zarr")
    for name in ("samples/printed/fitted", "samples/pca/fitted", "epochs/kaiming"):
        np.testing.assert_array_equal(read_values(made, name), read_values(again, name))


def test_what_does_not_belong_together(data, tmp_path):
    """Is refused in a sentence."""
    inputs = data.inputs
    with pytest.raises(InputError, match="give both of each"):
        apply(**{**inputs, "snapshots": {}}, made=tmp_path / "made.zarr")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no EPOCH\.safetensors"):
        apply(
            **{**inputs, "snapshots": dict.fromkeys(MODELS, tmp_path / "empty")},
            made=tmp_path / "made.zarr",
        )
    save_network(tmp_path / "other.safetensors", "printed", 0, 48)
    with pytest.raises(InputError, match="has \\(32, 32\\)"):
        apply(
            **{
                **inputs,
                "weights": {**inputs["weights"], "printed": tmp_path / "other.safetensors"},
            },
            made=tmp_path / "made.zarr",
        )
    exchanged = dict(zip(MODELS, reversed(inputs["weights"].values()), strict=True))
    with pytest.raises(InputError, match="kaiming, trained on gaussian_smooth, and named as print"):
        apply(**{**inputs, "weights": exchanged}, made=tmp_path / "made.zarr")
    exchanged = dict(zip(MODELS, reversed(inputs["snapshots"].values()), strict=True))
    with pytest.raises(InputError, match="named as printed of gaussian_smooth"):
        apply(**{**inputs, "snapshots": exchanged}, made=tmp_path / "made.zarr")
    with pytest.raises(InputError, match="named as printed of additive"):
        apply(**{**inputs, "dataset": "additive"}, made=tmp_path / "made.zarr")
    assert not (tmp_path / "made.zarr").exists()


class Generator:
    """Shows its noise."""

    latent_size = 36

    def __init__(self, gain=30):
        self.gain = gain

    def decode(self, noise):
        """Draw numbers as pixels."""
        return np.clip(noise.reshape(-1, 6, 6) * self.gain + 128, 0, 255).astype(np.uint8)


def test_generators_have_samples_epochs_and_strips():
    """Of the same noise at every epoch, and no reconstructions."""
    none = np.zeros((0, 6, 6), np.uint8)
    wanted = Wanted(none, none, np.zeros((3, 2), np.int64), 20, 5, 0)
    made = made_by_generator("dcgan", Generator(), {1: Generator(10), 2: Generator(10)}, wanted)
    assert made.reconstructions is None
    assert made.samples["noise"].shape == (20, 6, 6)
    assert made.strips.shape == (3, 5, 6, 6)
    np.testing.assert_array_equal(made.epochs[1], made.epochs[2])
    # on a great circle all noise is of the usual length, also in the middle
    deviations = made.strips.std(axis=(2, 3))
    assert deviations.min() > 0.7 * deviations[:, [0, -1]].mean()
