"""The section of the transfer is written from stored artefacts, on a small image set."""

import subprocess
import sys
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store
from pspflow.io.imagesets import put_micrograph
from pspflow.io.sections import read_section
from pspflow.io.tables import write_table
from pspflow.report.section import Section
from pspflow.studies.temper.transfer.judged.copies import COLUMNS as COPIES
from pspflow.studies.temper.transfer.judged.effects import COLUMNS as EFFECTS
from pspflow.studies.temper.transfer.plausibility import PERSISTENCE, RULERS
from pspflow.studies.temper.transfer.preservation import REAL, UNTRANSFERRED
from pspflow.studies.temper.transfer.stages.section import section
from pspflow.studies.temper.transfer.synthetic import put_synthetic

DOMAINS = ("as", "t6")
WAYS = tuple(permutations(DOMAINS, 2))
FLOWS = ("none/seed1", "exact/seed0")


def chips(count, seed=0):
    """Make faint chips."""
    return np.random.default_rng(seed).integers(90, 110, (count, 8, 8), dtype=np.uint8)


def distances():
    """Make tables of distances, of effects and of copies."""
    rows = [
        (flow, *way, PERSISTENCE, "1", 1.0 + i, 0.5 + i, 1.5 + i)
        for way in WAYS
        for i, flow in enumerate((*RULERS, *FLOWS))
    ]
    columns = ["flow", "source", "target", "measure", "unit", "value", "low", "high"]
    known = {"without": 4.0, "with": 5.0, "difference": 1.0, "low": 0.5, "high": 1.5}
    known |= {"p_value": 0.001, "p_adjusted": 0.01, "trainings": 1, "sd_over_trainings": 0.1}
    effects = [("exact", "none", *way, PERSISTENCE, *known.values()) for way in WAYS]
    copies = [(flow, *way, 8, 0.02) for way in WAYS for flow in FLOWS]
    return (
        pd.DataFrame(rows, columns=columns),
        pd.DataFrame(effects, columns=list(EFFECTS)),
        pd.DataFrame(copies, columns=list(COPIES)),
    )


def accuracies():
    """Make a table of accuracies."""
    tested = [(REAL, b, b) for b in DOMAINS]
    tested += [(flow, *way) for way in WAYS for flow in (UNTRANSFERRED, *FLOWS)]
    table = pd.DataFrame(tested, columns=["flow", "source", "target"])
    values = {"balanced_accuracy": 0.5, "low": 0.4, "high": 0.6, "permuted_labels": 0.3}
    return table.assign(label="uts", features="chips", note="", specimens=3, chips=9, **values)


@pytest.fixture
def artefacts(tmp_path, provenance):
    """Write the artefacts of a transfer, and return the arguments of the stage."""
    names = [(f"{s}_{d}", s, d) for s in ("s0", "s1") for d in DOMAINS]
    table = pd.DataFrame(names, columns=["micrograph", "specimen", "domain"])
    table = table.assign(pixel_size_um=np.nan, label_value=np.nan, image="x.tif")
    paths = {"micrographs": tmp_path / "micrographs.zarr"}
    with new_store(paths["micrographs"], provenance) as group:
        for i, (_, entry) in enumerate(table.iterrows()):
            put_micrograph(group, entry, np.tile(chips(1, i)[0], (2, 2)))
    rows = table[["micrograph", "specimen", "domain"]].loc[np.repeat(table.index, 4)]
    rows = rows.assign(row=[0, 4, 8, 2] * 4, column=0, size_px=8, flip=False, split="test")
    plausibility, effects, copies = distances()
    tables = {
        "chips": rows,
        "catalogue": table,
        "plausibility": plausibility,
        "effects": effects,
        "copies": copies,
        "preservation": accuracies(),
    }
    for name, each in tables.items():
        paths[name] = tmp_path / f"{name}.parquet"
        write_table(paths[name], each, provenance)
    at = {d: np.flatnonzero(rows["domain"] == d) for d in DOMAINS}
    synthetic, checks = {}, {}
    for i, name in enumerate(FLOWS):
        synthetic[name], checks[name] = tmp_path / f"{i}.zarr", tmp_path / f"{i}.parquet"
        made = {way: chips(8, 10 * i) for way in WAYS}
        samples = {d: chips(3, i) for d in DOMAINS}
        put_synthetic(synthetic[name], paths["chips"], at, made, samples, provenance)
        write_table(checks[name], pd.DataFrame({"domain": DOMAINS, "chips": 8}), provenance)
    return {**paths, "synthetic": synthetic, "checks": checks}


@pytest.mark.parametrize("labelled", [True, False])
def test_figures_and_section_are_written(tmp_path, artefacts, labelled):
    """Every figure is written and shown; that of labels only where there are labels."""
    if not labelled:
        del artefacts["preservation"]
    section(**artefacts, figures=tmp_path / "figures", section=tmp_path / "section.json")
    names = ["chips", "plausibility", "samples", *(["preservation"] if labelled else [])]
    files = {path.stem: path for path in (tmp_path / "figures").glob("*.png")}
    assert sorted(files) == sorted(names)
    content, record = read_section(tmp_path / "section.json")
    written = Section.model_validate_json(content)
    assert {figure.name: figure.png for figure in written.figures} == {
        f"transfer_{name}": path.read_bytes() for name, path in files.items()
    }
    assert record["stage"] == "temper transfer section"
    assert {f"synthetic {name}" for name in FLOWS} <= set(record["inputs"])
    assert not written.headline, "the paper has no such domains"
    assert any(sentence.startswith("2 worse, 0 better of ") for sentence in written.findings)


@pytest.mark.parametrize("chapter", ["pinet", "flows", "transfer"])
def test_sections_do_not_load_torch(chapter):
    """They are short jobs; torch would be most of their time."""
    module = f"pspflow.studies.temper.{chapter}.stages.section"
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
