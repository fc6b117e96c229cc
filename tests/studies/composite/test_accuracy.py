"""Measures of forward predictions, their summary and the stages about them."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.report.style import PAGE_INCHES
from pspflow.studies.composite.accuracy import (
    MEASURES,
    against,
    errors_of,
    forward_accuracy,
    mape,
    summary,
)
from pspflow.studies.composite.forward_figures import accuracy_figure, latent_figure, parity_figure
from pspflow.studies.composite.forward_show import forward_figures

ORIGIN = Provenance("test", {}, None, {})


def points(count=2000, model="vae_gpr", sd=2.0, seed=0):
    """Make predictions that err by a normal deviate of 2 GPa."""
    rng = np.random.default_rng(seed)
    solved = rng.uniform(10, 90, count)
    return pd.DataFrame(
        {
            "structure": [f"s{i}" for i in range(count)],
            "model": model,
            "c11_gpa": solved + rng.normal(0, 2, count),
            "c11_gpa_sd": sd,
            "c11_gpa_solved": solved,
        }
    )


def accuracy(**errors):
    """Make a table of accuracies of C11, a list of MAPEs a model, one a run."""
    rows = [
        ("c11", "c11_gpa", model, run, value, value, 0.9, np.nan)
        for model, values in errors.items()
        for run, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["target", "property", "model", "run", *MEASURES])


def test_mape_is_relative_to_the_mean_and_not_to_each_value():
    """One GPa of error on values of 1 and 9 GPa is 20 % of their mean, as the paper counts."""
    solved, predicted = np.array([1.0, 9.0]), np.array([2.0, 8.0])
    assert mape(solved, predicted) == pytest.approx(20)
    part = points(2).assign(c11_gpa_solved=solved, c11_gpa=predicted)
    row = errors_of(part, "c11").iloc[0]
    assert row["mape"] == pytest.approx(20)
    assert row["mean_relative_error"] == pytest.approx(100 * (1 + 1 / 9) / 2)
    assert row["r2"] == pytest.approx(1 - 2 / 32)


def test_mape_of_a_component_below_0():
    """An error is no less for the sign of what it is relative to."""
    solved, predicted = np.array([-1.0, -9.0]), np.array([-2.0, -8.0])
    assert mape(solved, predicted) == pytest.approx(20)


@pytest.mark.parametrize(("sd", "expected"), [(2.0, 0.95), (1.0, 0.673), (np.nan, np.nan)])
def test_coverage_tells_right_deviations_from_wrong_and_none(sd, expected):
    """95 % of the structures where the deviation is right, fewer where it is half of that."""
    row = errors_of(points(sd=sd), "c11").iloc[0]
    assert row["coverage_95"] == pytest.approx(expected, abs=0.02, nan_ok=True)


def test_summary_is_in_the_papers_order_with_its_values():
    """Runs are averaged; a model that the paper lacks has no value beside it."""
    table = summary(accuracy(cnn=[3, 5], volume_fraction=[20], vrh=[40, 42]), "c11")
    assert list(table["model"]) == ["vrh", "volume_fraction", "cnn"]
    assert list(table["mape"]) == [41, 20, 4]
    assert list(table["runs"]) == [2, 1, 2]
    np.testing.assert_allclose(table["mape_sd"], [np.sqrt(2), np.nan, np.sqrt(2)])
    np.testing.assert_allclose(table["paper_mape"], [46.66, np.nan, 3.69])
    np.testing.assert_allclose(table["paper_r2"], [np.nan, np.nan, 0.99])


def test_comparison_pairs_the_runs():
    """Splits that are hard for both cancel, and a run that one lacks is left out."""
    table = against(accuracy(cnn=[3, 13, 6], mixture=[2, 12]), "mixture", ["cnn"])
    row = table.iloc[0]
    assert (row["runs"], row["difference"], row["difference_sd"]) == (2, -1, 0)


@pytest.fixture
def stored(tmp_path):
    """Store what two networks and a baseline predict of six structures, three of them tests."""
    names = [f"s{i}" for i in range(6)]
    solved = pd.DataFrame({"structure": names, "c11_gpa": np.arange(10.0, 16)})
    write_table(tmp_path / "stiffness.parquet", solved[::-1], ORIGIN)
    rows = pd.DataFrame({"structure": names, "split": ["train", "test"] * 3})
    paths = {}
    for i, model in enumerate(("cnn", "mixture", "vrh")):
        table = rows.assign(c11_gpa=solved["c11_gpa"] + i, c11_gpa_sd=np.nan)
        paths[model] = tmp_path / f"{model}.parquet"
        write_table(paths[model], table.assign(model=model) if model == "vrh" else table, ORIGIN)
    latents = rows.assign(z0=[0.0, 1, 0, 2, 0, 4], z1=0.5)
    write_table(tmp_path / "latents.parquet", latents, ORIGIN)
    return tmp_path, paths


def measured(folder, paths):
    forward_accuracy(
        models=("cnn", "mixture"),
        targets=("c11", "c11"),
        runs=("0", "0"),
        predictions=(paths["cnn"], paths["mixture"]),
        baseline_targets=("c11",),
        baseline_runs=("0",),
        baselines=(paths["vrh"],),
        stiffness=folder / "stiffness.parquet",
        accuracy=folder / "accuracy.parquet",
    )
    return read_table(folder / "accuracy.parquet")


def test_stage_measures_test_structures_by_name(stored):
    """Order and other structures of the stiffness table do not matter."""
    table = measured(*stored).set_index("model")
    assert list(table.index) == ["cnn", "mixture", "vrh"]
    np.testing.assert_allclose(table["mape"], [0, 100 / 13, 200 / 13], atol=1e-9)
    assert table.loc["cnn", "r2"] == 1


def test_stage_names_what_is_missing(stored):
    """A structure without stiffness, or no test structure, ends in a sentence with the file."""
    folder, paths = stored
    table = read_table(paths["cnn"])
    write_table(paths["cnn"], table[table["split"] == "train"], ORIGIN)
    with pytest.raises(InputError, match=r"cnn\.parquet: column split has no test"):
        measured(folder, paths)
    write_table(paths["cnn"], table.assign(structure="s9"), ORIGIN)
    with pytest.raises(InputError, match=r"stiffness\.parquet: column structure lacks 's9'"):
        measured(folder, paths)


def test_figures_are_written(stored):
    """The stage draws all three, each with its provenance."""
    folder, paths = stored
    measured(folder, paths)
    figures = {name: folder / f"{name}.png" for name in ("parity", "errors", "latent")}
    forward_figures(
        target="c11",
        models=("mixture", "cnn"),
        predictions=(paths["mixture"], paths["cnn"]),
        baselines=paths["vrh"],
        latent_models=("vae",),
        latents=(folder / "latents.parquet",),
        stiffness=folder / "stiffness.parquet",
        accuracy=folder / "accuracy.parquet",
        **figures,
    )
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in figures.values())


def test_papers_values_are_marked_for_its_material_alone():
    """Another material is not held against the paper's."""
    table = summary(accuracy(vrh=[40, 42], cnn=[3, 5]), "c11")
    for simulated in (True, False):
        figure = accuracy_figure(table, simulated=simulated)
        assert bool(figure.legends) == simulated
        assert figure.get_figwidth() == PAGE_INCHES


def test_panels_name_their_models():
    """One panel a model, with the points that it misses by far counted."""
    far = points(20, model="vrh").assign(c11_gpa=500.0)
    axes = parity_figure(pd.concat([points(20), far])).axes
    assert [each.get_title() for each in axes[:2]] == ["VAE + GPR", "Voigt–Reuss–Hill"]
    assert axes[1].texts[0].get_text() == "20 outside"
    rng = np.random.default_rng(0)
    latents = {name: (rng.normal(size=(9, 3)), rng.random(9)) for name in ("vae", "mixture")}
    titles = [each.get_title() for each in latent_figure(latents).axes[:2]]
    assert titles == ["VAE", "VAE-regression, mixture"]
