"""What test modules of inverse design share."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite.structures.options import SimulatedOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.stages.simulate import simulate

COUNT = 20
ORIGIN = Provenance("test", {}, None, {})


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    """Make a set of two morphologies, its stiffness made up; return its paths."""
    folder = tmp_path_factory.mktemp("pair")
    structures = folder / "structures.zarr"
    paths = {"table": folder / "structures.parquet", "phases": folder / "phases.parquet"}
    options = SimulatedOptions(edge_voxels=9, pair_structures=COUNT)
    simulate(name="pair", options=options, structures=structures, **paths)
    names = read_table(paths["table"])["structure"]
    gpa = pd.DataFrame(
        np.random.default_rng(0).uniform(15, 55, (COUNT, len(NORMAL))), columns=NORMAL
    )
    # rows of the set in another order: what belongs together is found by name
    rows = pd.DataFrame({"structure": names}).join(gpa).sample(frac=1, random_state=0)
    paths |= {name: folder / f"{name}.parquet" for name in ("stiffness", "splits")}
    write_table(paths["stiffness"], rows, ORIGIN)
    split = (["train"] * 3 + ["validation"] * 3 + ["test"] * 4) * 2
    drawn = pd.DataFrame({"run": 0, "structure": names, "split": split})
    write_table(paths["splits"], drawn, ORIGIN)
    return paths


@pytest.fixture
def answers():
    """Return answers of one mixture for 20 and 40 GPa: 0 is likelier, 1 nearer at 40."""
    return pd.DataFrame(
        {
            "set": "pair",
            "run": 0,
            "model": "mixture",
            "prior": "joint",
            "component": [0, 0, 1, 1],
            "instance": [0, 1, 0, 1],
            "weight": [0.9, 0.6, 0.1, 0.4],
            "inside": [True, False, True, False],
            "wanted_c11_gpa": [20.0, 40.0, 20.0, 40.0],
            "c11_gpa": [22.0, 20.0, 30.0, 44.0],
            "volume_fraction": [0.3, 0.4, 0.6, 0.7],
            "error_percent": [10.0, 50.0, 50.0, 10.0],
        }
    )


@pytest.fixture
def candidate_table():
    """Return what makes up candidates of the paper's two models, one and two components."""

    def make(wanted=("c11_gpa",), count=3):
        rows = []
        for model, components in (("gaussian", 1), ("mixture", 2)):
            for prior in ("joint", "refitted"):
                for component in range(components):
                    for instance in range(count):
                        asked = {f"wanted_{name}": 20.0 + 10 * instance for name in wanted}
                        got = dict.fromkeys(NORMAL, 22.0 + 10 * instance + component)
                        row = {"set": "pair", "run": 0, "model": model, "prior": prior}
                        row |= {"component": component}
                        row |= {"instance": instance, "weight": 0.95 - 0.9 * component}
                        row |= {"inside": instance < 2, "volume_fraction": 0.4}
                        rows.append({**row, "error_percent": 8.0, **asked, **got})
        return pd.DataFrame(rows)

    return make


@pytest.fixture
def reference_table():
    """Return what makes up one real structure for each morphology and instance."""

    def make(kinds=("1-3-3", "3-1-1"), count=3):
        rows = [
            {"instance": i, "structure": f"s{j}", "position": j, "morphology": kind}
            | dict.fromkeys(NORMAL, 21.0 + 10 * i - j)
            for i in range(count)
            for j, kind in enumerate(kinds)
        ]
        return pd.DataFrame(rows)

    return make


@pytest.fixture
def search_table():
    """Return what makes up two random searches and an inferred one for each value."""

    def make(values=(30.0, 50.0)):
        rows = []
        for instance, value in enumerate(values):
            for kind, number, predicted, got in (
                ("random", 0, value + 5, value + 1),
                ("random", 1, value + 2, value + 9),
                ("inferred", 0, value + 1, value + 2),
            ):
                row = {"instance": instance, "wanted_c11_gpa": value, "start": kind}
                row |= {"model": "mixture", "prior": "joint", "seconds": 2.0}
                row |= {"number": number, "evaluations": 11, "predicted_c11_gpa": predicted}
                row |= {"start_predicted_c11_gpa": value + 3}
                row |= {"c11_gpa": got, "error_percent": 100 * (got - value) / value}
                rows.append({**row, "volume_fraction": 0.5, "start_c11_gpa": value + 20})
        return pd.DataFrame(rows)

    return make


@pytest.fixture
def inferred():
    """Return what makes up candidates of two instances from errors by model, prior, component."""

    def make(errors, names, runs=1):
        rows = [
            {
                "set": "pair",
                "run": run,
                "model": model,
                "prior": prior,
                "component": component,
                "instance": instance,
                "weight": 0.5,
                "volume_fraction": 0.5,
                "inside": True,
                "error_percent": error,
                **{f"wanted_{name}": 20.0 + instance for name in names},
                **dict.fromkeys(NORMAL, (20.0 + instance) * (1 + error / 100)),
            }
            for (model, prior, component), error in errors.items()
            for run in range(runs)
            for instance in range(2)
        ]
        return pd.DataFrame(rows)

    return make


@pytest.fixture
def separated():
    """Return what makes up tables of two components, that separate two morphologies or do not."""

    def make(*, separate=True, runs=1):
        assignments, forms = [], []
        keys = {"set": "pair", "model": "mixture", "prior": "joint"}
        for run in range(runs):
            for place in range(8):
                kind = place % 2
                row = {**keys, "run": run, "structure": f"s{place}", "morphology": "ab"[kind]}
                assignments.append({**row, "component": kind if separate else 0})
            for component in range(2):
                for instance, high in enumerate((0.6, 0.7, np.nan)):
                    fraction = (0.3, high)[component] if separate else 0.5
                    row = {**keys, "run": run, "component": component, "instance": instance}
                    row |= {"wanted_c11_gpa": 20.0 + instance, "volume_fraction": fraction}
                    row |= {"resembles": "ab"[component * separate]}
                    forms.append({**row, "real_low_fraction": 0.3, "real_high_fraction": high})
        return pd.DataFrame(assignments), pd.DataFrame(forms)

    return make


@pytest.fixture
def draw_table():
    """Return two draws of two latents for each of two targets; the predicted best is no better."""

    def make(solved=((10.0, 10.0), (10.0, 11.0))):
        rows = [
            {
                "instance": instance,
                "component": component,
                "draw": draw,
                "wanted_c11_gpa": 20.0,
                "predicted_c11_gpa": 20.0 + draw,
                "guide_c11_gpa": 21.0 - draw,
                "c11_gpa": 20.0 * (1 + solved[instance][draw] / 100),
                "predicted_error_percent": 5.0 * draw,
                "guide_error_percent": 5.0 * (1 - draw),
                "error_percent": solved[instance][draw],
                "inside": True,
            }
            for instance in range(2)
            for component in range(2)
            for draw in range(2)
        ]
        return pd.DataFrame(rows)

    return make
