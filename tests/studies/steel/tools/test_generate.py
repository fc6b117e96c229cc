"""Chips for any condition: the command on a small PixelCNN of random weights."""

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.micrographs import read_micrograph
from pspflow.io.weights import save_weights
from pspflow.microstructure.morphology import ferrite_fraction
from pspflow.models.steel.pixelcnn import PixelCNN
from pspflow.models.steel.vqvae import VQVAE
from pspflow.studies.steel.prior.conditions import TrainedCondition
from pspflow.studies.steel.prior.trained import model_arguments
from pspflow.studies.steel.tools.generate import generate, values_of

ORIGIN = Provenance("test", {}, None, {})
RATE = TrainedCondition("cooling_rate_c_s", True, 1.0, 1.0, 1.0, 30.0)
CARBON = TrainedCondition("Carbon (wt.%)", False, 0.2, 0.1, 0.1, 0.4)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Write the weights of a run as its stages name them."""
    folder = tmp_path_factory.mktemp("steel")
    network = {"channels": [4, 4, 4], "residual_blocks": 1, "bottleneck": 2}
    network |= {"code_dim": 4, "codes": 6}
    net = {"codes": 6, "channels": 4, "layers": 2}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        coder, drawer = VQVAE(**network), PixelCNN(conditions=2, **net)
        other = VQVAE(**{**network, "codes": 5})
    model = model_arguments(net, [RATE, CARBON], (4, 4))
    codes, prior = (folder / part / "vq/all" for part in ("codes", "prior"))
    save_weights(codes / "weights.safetensors", coder.state_dict(), {"network": network}, ORIGIN)
    save_weights(prior / "process/weights.safetensors", drawer.state_dict(), model, ORIGIN)
    five = {"network": {**network, "codes": 5}}
    save_weights(folder / "other.safetensors", other.state_dict(), five, ORIGIN)
    return folder


ASKED = {"cooling-rate-c-s": 6.5, "condition": ("Carbon (wt.%)=0.2",)}


def test_a_folder_of_chips_and_their_sheet(run, tmp_path, capsys):
    """As many TIFFs as wanted, with the pixel size, conditions and measures of their pixels."""
    out = tmp_path / "chips"
    generate(out=out, model=run, count=3, pixel_size_um=0.34, **ASKED)
    sheet = pd.read_csv(out / "chips.csv", keep_default_na=False)
    assert len(sheet) == 3
    assert set(sheet["cooling_rate_c_s"]) == {6.5}
    assert set(sheet["Carbon (wt.%)"]) == {0.2}
    for row in sheet.itertuples():
        pixels = read_micrograph(out / row.image)
        assert pixels.shape == (32, 32)
        assert row.ferrite_fraction == pytest.approx(ferrite_fraction(pixels))
        assert row.mean_free_path_um == pytest.approx(0.34 * row.mean_free_path_px)
    assert "mean_free_path_um: mean" in capsys.readouterr().out


def test_more_chips_begin_with_the_same_ones(run, tmp_path):
    """The chips follow from seed and conditions; an earlier result is replaced."""
    out = tmp_path / "chips"
    generate(out=out, model=run, count=2, **ASKED)
    first = [read_micrograph(path) for path in sorted((out / "images").iterdir())]
    generate(out=out, model=run, count=4, **ASKED)
    again = [read_micrograph(path) for path in sorted((out / "images").iterdir())]
    assert len(again) == 4
    np.testing.assert_array_equal(first, again[:2])


def test_weights_by_path_make_the_same_chips(run, tmp_path):
    """A user's trained networks need no run."""
    paths = {
        "codes": run / "codes/vq/all/weights.safetensors",
        "prior": run / "prior/vq/all/process/weights.safetensors",
    }
    generate(out=tmp_path / "a", model=run, count=1, **ASKED)
    generate(out=tmp_path / "b", **paths, count=1, **ASKED)
    a, b = (read_micrograph(tmp_path / name / "images/00001.tif") for name in "ab")
    np.testing.assert_array_equal(a, b)
    other = {**paths, "codes": run / "other.safetensors"}
    with pytest.raises(InputError, match=r"draws 6 codes, but .* has 5"):
        generate(out=tmp_path / "c", **other, count=1, **ASKED)


def test_other_files_than_weights_are_refused(run, tmp_path):
    """Files that are exchanged, of other programs or of no weights: one sentence, and no chips."""
    coder, drawer = (
        run / part / "weights.safetensors" for part in ("codes/vq/all", "prior/vq/all/process")
    )
    text, foreign = tmp_path / "notes.txt", tmp_path / "foreign.safetensors"
    text.write_text("no weights at all")
    save_file({"a": torch.zeros(1)}, foreign)
    for codes, prior, words in (
        (drawer, drawer, "of no model of codes; name codes/CODE_MODEL"),
        (coder, coder, "of no PixelCNN; name prior/CODE_MODEL"),
        (text, drawer, "no file of weights"),
        (coder, foreign, "no file of weights"),
    ):
        with pytest.raises(InputError, match=words):
            generate(out=tmp_path / "chips", codes=codes, prior=prior, count=1, **ASKED)
    assert not (tmp_path / "chips").exists()


def test_conditions_outside_the_trained_range_are_warned_of(run, tmp_path, caplog):
    """Chips are made all the same."""
    generate(out=tmp_path / "x", model=run, count=1, **{**ASKED, "cooling-rate-c-s": 60.0})
    assert "outside the range of the training, 1 to 30" in caplog.text


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([("rate", 1)], r"'rate' is no option, and no condition .* cooling_rate_c_s \(1 to 30\)"),
        ([("cooling-rate-c-s", 1)], r"No value is given for Carbon \(wt.%\); give --carbon-wt"),
        ([("cooling-rate-c-s", 1), ("Cooling_rate_c_s", 2)], "given twice"),
    ],
)
def test_unknown_and_missing_conditions_are_refused(given, sentence):
    """With the list of the known ones."""
    with pytest.raises(InputError, match=sentence):
        values_of([RATE, CARBON], given)


def test_conditions_are_matched_by_flag_or_name():
    """In the order of the network."""
    given = [("carbon-wt", 0.3), ("COOLING_RATE_C_S", 2.0)]
    assert list(values_of([RATE, CARBON], given).items()) == [
        ("cooling_rate_c_s", 2.0),
        ("Carbon (wt.%)", 0.3),
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model": None}, "No networks are named; give --model"),
        ({"code_model": "fsq"}, "'fsq', which the run lacks; give vq"),
        ({"count": 0}, "--count is 0"),
        ({"condition": ("carbon",)}, "give NAME=VALUE"),
        ({"codes": "x"}, "give either"),
    ],
)
def test_what_cannot_be_made_is_refused(run, tmp_path, changes, sentence):
    """In one sentence with the remedy; nothing is written."""
    with pytest.raises(InputError, match=sentence):
        generate(out=tmp_path / "chips", **{"model": run, **ASKED, **changes})
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_else_is_kept(run, tmp_path):
    """Only earlier chips are replaced."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds notes.txt and is not earlier chips"):
        generate(out=tmp_path, model=run, **ASKED)
