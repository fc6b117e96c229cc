"""What the report says about the networks."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.headers import model_arguments
from pspflow.io.sections import read_section
from pspflow.report.section import Section, Table
from pspflow.studies.latent.networks.departures import departures
from pspflow.studies.latent.networks.findings import findings
from pspflow.studies.latent.networks.options import (
    AutoencoderOptions,
    EpochsOptions,
    NetworksOptions,
)
from pspflow.studies.latent.networks.results import (
    Trained,
    comparisons,
    headline,
    layers_table,
    trainings_table,
)
from pspflow.studies.latent.networks.stages.section import section

from .small_set import EPOCHS, OPTIONS

CHAPTER = NetworksOptions(
    epochs=EpochsOptions(gaussian_smooth=EPOCHS, grain_growth=EPOCHS),
    autoencoder=OPTIONS.autoencoder,
)


def made_up(spread=0.5, mse=0.1, groups=40, shape=(128, 128), made=(128, 128), noise=0.02):
    """Make up a training that kept its second epoch of three, and its errors by image."""
    rng = np.random.default_rng(0)
    history = pd.DataFrame(
        {
            "epoch": range(3),
            "training_loss": mse,
            "validation_loss": [2 * mse, mse, 1.5 * mse],
            "r2": 1 - mse,
            "output_spread": spread,
            "kept": [False, True, False],
        }
    )
    image = [f"image{number}" for number in range(40)]
    group = [f"group{number % groups}" for number in range(40)]
    scatter = mse * (1 + noise * rng.normal(size=40))
    arguments = {
        "shape": list(shape),
        "made_shape": list(made),
        "latent_size": 64,
        "parameters": 8793,
        "boundaries": None,
    }
    errors = pd.DataFrame({"image_id": image, "group": group, "mse": scatter})
    return Trained(history, arguments, errors)


def adversarial():
    """Make up the training of an adversarial network."""
    history = pd.DataFrame({"epoch": [0, 1], "generator_loss": [1.0, 2], "kept": [False, True]})
    arguments = {"shape": [64, 64], "latent_size": 100, "parameters": 12}
    return Trained(history, arguments, pd.DataFrame({"image_id": [], "group": [], "mse": []}))


def test_the_section_of_real_trainings(networks, tmp_path):
    """The figure, every network in the table, and the departures."""
    section(
        weights={name: run.weights for name, run in networks.items()},
        histories={name: run.history for name, run in networks.items()},
        errors={name: run.errors for name, run in networks.items()},
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        options=CHAPTER,
        simulated=("gaussian_smooth", "grain_growth"),
    )
    made = Section.model_validate_json(read_section(tmp_path / "section.json")[0])
    assert [figure.name for figure in made.figures] == ["networks_training"]
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    assert names == {"training.png", "training.svg"}
    trainings, _, different, variants = (table for part in made.parts for table in part.tables)
    assert [cells[:2] for cells in trainings.cells] == [tuple(name.split("/")) for name in networks]
    assert [cells[2] for cells in trainings.cells] == ["images", "images", "distances"]
    assert trainings.cells[0][4:6] == ("8801", str(8 * 2 * 2))
    assert different.header == ("what", "report", "here", "why")
    assert [cells[:3] for cells in variants.cells] == [("gaussian_smooth", "kaiming", "printed")]
    assert "(simulated)" in " ".join(made.findings)


def test_a_stuck_network_is_said_with_its_cure():
    """What became of the cure, or that it was not trained; else that none is stuck."""
    stuck = made_up(spread=0.0004, mse=1.01)
    known = {"grain_growth/printed": stuck, "grain_growth/kaiming": made_up(mse=0.4)}
    (said,) = findings(known, [], ["grain_growth"])
    assert said.startswith("1 of 2 autoencoders are stuck")
    assert "printed of grain_growth (simulated) 0.04 %." in said
    assert said.endswith("the same layers with Kaiming's initialisation: grain_growth 0.600.")
    (alone,) = findings({"grain_growth/printed": stuck}, [], [])
    assert "add kaiming to latent.networks.models.grain_growth" in alone
    both = {**known, "grain_growth/kaiming": stuck}
    (too,) = findings(both, [], [])
    assert too.startswith("2 of 2")
    assert too.endswith("grain_growth -0.010, stuck too.")
    (none,) = findings({"grain_growth/printed": made_up(spread=0.3)}, [], [])
    assert none.startswith("0 of 1 autoencoders are stuck")
    assert "30 %" in none
    assert list(trainings_table(both)["stuck"]) == ["yes", "yes"]


def test_variants_are_compared_on_the_same_images():
    """A difference by a known factor, with an interval around it; what is worse comes first."""
    trained = {
        "grain_growth/printed": made_up(mse=0.2),
        "grain_growth/kaiming": made_up(mse=0.1),
        "grain_growth/avgpool": made_up(mse=0.12),
        "grain_growth/wide": made_up(mse=0.1, noise=-0.02),
        "grain_growth/distance": made_up(mse=0.01),
    }
    found = {each.model: each for each in comparisons(trained, 0)}
    assert list(found) == ["kaiming", "avgpool", "wide"]
    assert found["kaiming"].percent == pytest.approx(-50)
    assert found["avgpool"].percent == pytest.approx(20)
    assert found["avgpool"].low == pytest.approx(found["avgpool"].high)  # the same scatter
    assert found["wide"].low < 0 < found["wide"].high
    said = findings(trained, list(found.values()), ["grain_growth"])[1:]
    assert "avgpool against kaiming" in said[0]
    assert "+20.0 % (+20.0 to +20.0 over 40 images; larger) of grain_growth" in said[0]
    assert "the report found max pooling better" in said[0]
    assert "undecided" in said[1]
    assert "-50.0 % (" in said[2]
    assert "smaller" in said[2]


def test_intervals_go_by_sample():
    """Crops of few samples have a wider one, and those of one sample none."""
    width = {}
    for groups in (40, 5, 1):
        trained = {
            "uhcs_48x64/printed": made_up(groups=groups),
            "uhcs_48x64/kaiming": made_up(groups=groups, mse=0.1, noise=-0.3),
        }
        (found,) = comparisons(trained, 0)
        width[groups] = found.high - found.low
        assert found.groups == groups
    assert np.isnan(width[1])
    (said,) = findings(trained, [found], [])[1:]
    assert "one of samples alone gives no interval" in said


def test_parameters_are_those_of_the_report():
    """The aim is about numbers; datasets without printed layers have no part in it."""
    trained = {"grain_growth/printed": made_up(), "weld/printed": made_up()}
    (row,) = headline(trained)
    assert (row.paper, row.here, row.verdict) == ("8,793", "8,793", "reached")
    trained["uhcs_48x64/printed"] = made_up(shape=(48, 64))
    (row,) = headline(trained)
    assert (row.here, row.verdict) == ("8,793, 8,793", "not reached")
    assert headline({"weld/printed": made_up()}) == ()
    table = layers_table(trained).set_index("dataset")
    assert table.loc["grain_growth", "encoder"].endswith("(4 x 4 x 4)")
    assert table.loc["grain_growth", "decoder"].endswith("1 x 112 x 112")


def test_departures_follow_from_options_and_sizes():
    """Epochs that differ from the report's, and sizes that do not come back."""
    trained = {
        "gaussian_smooth/printed": made_up(),
        "weld/printed": made_up(shape=(100, 150), made=(80, 128)),
        "uhcs_64x64/dcgan": adversarial(),
    }
    whole = EpochsOptions(gaussian_smooth=160, uhcs_64x64=7)
    rows = departures(trained, NetworksOptions(epochs=whole)).set_index("what")
    assert "epochs of gaussian_smooth" not in rows.index
    assert rows.loc["epochs of uhcs_64x64", "here"] == "7"
    assert rows.loc["layers of weld", "here"] == "those of additive"
    assert rows.filter(like="size of", axis=0)["here"].to_list() == [
        "80 x 128 pixels that the layers make of 100 x 150 are resized linearly to 100 x 150"
    ]
    fast = NetworksOptions(autoencoder=AutoencoderOptions(learning_rate=0.5))
    assert departures(trained, fast).set_index("what").loc["learning rate", "here"] == "0.5"


def test_adversarial_networks_have_no_error():
    """A dash in the table, no comparison, and none of them is called stuck."""
    trained = {"uhcs_64x64/dcgan": adversarial(), "uhcs_64x64/stationary": adversarial()}
    assert comparisons(trained, 0) == []
    assert findings(trained, [], []) == ()
    table = Table.of(trainings_table(trained), "")
    assert table.cells[0][-4:] == ("–", "–", "–", "–")


def test_a_file_that_holds_no_model_is_refused(tmp_path):
    """The sentence names it."""
    path = tmp_path / "w.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"w\.safetensors: this is no file of weights"):
        model_arguments(path)
