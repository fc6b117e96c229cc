"""What the report says of inverse design, and the stage that draws and writes it."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.pages import read_figure
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table, write_table
from pspflow.report.section import Figure, Section
from pspflow.studies.composite.inverse.headline import DesignSet
from pspflow.studies.composite.inverse.options import AnnealingOptions, InverseOptions
from pspflow.studies.composite.inverse.section import Results, inverse_section, learned_from
from pspflow.studies.composite.inverse.stages.section import section
from pspflow.studies.composite.structures.properties import NORMAL

ORIGIN = Provenance("test", {}, None, {})
LATENT = 16
FIGURES = [
    f"{subject}_{kind}"
    for subject in ("c11", "normal", "annealing")
    for kind in ("structures", "errors")
]


@pytest.fixture
def paths(
    pair_set, tmp_path, candidate_table, reference_table, search_table, separated, draw_table
):
    """Write what the stage reads, for one target of each kind; return its paths."""
    made = read_values(open_store(pair_set / "structures.zarr"), "phase")
    targets = {"c11": NORMAL[:1], "normal": NORMAL}
    named = {}
    for kind in ("candidates", "references"):
        named[kind] = {target: tmp_path / f"{kind}_{target}.parquet" for target in targets}
    named["proposed"] = {name: tmp_path / f"{name}.zarr" for name in (*targets, "annealing")}
    for target, names in targets.items():
        write_table(named["candidates"][target], candidate_table(names, 1), ORIGIN)
        write_table(named["references"][target], reference_table(count=1), ORIGIN)
        with new_store(named["proposed"][target], ORIGIN) as group:
            put_array(group, "phase", made[:6], ("candidate", "x", "y", "z"), "1")
    searches = search_table((30.0,))
    searches["instance"] += 3  # real structures are found by the wanted C11, not by the instance
    write_table(tmp_path / "searches.parquet", searches, ORIGIN)
    rng = np.random.default_rng(0)
    with new_store(named["proposed"]["annealing"], ORIGIN) as group:
        put_array(group, "phase", made[:3], ("search", "x", "y", "z"), "1")
        for name in ("start", "best"):
            places = rng.normal(size=(3, LATENT)).astype(np.float32)
            put_array(group, name, places, ("search", "latent"), "1")
    columns = [f"z{place}" for place in range(LATENT)]
    codes = pd.DataFrame(rng.normal(size=(len(made), LATENT)), columns=columns)
    codes.insert(0, "structure", read_table(pair_set / "structures.parquet")["structure"])
    write_table(tmp_path / "latents.parquet", codes, ORIGIN)
    named["candidates"] = {
        f"pair/{target}/run0": path for target, path in named["candidates"].items()
    }
    checks = dict(zip(("assignments", "forms"), separated(), strict=True)) | {"draws": draw_table()}
    for name, rows in checks.items():
        write_table(tmp_path / f"{name}.parquet", rows, ORIGIN)
    places = {"draws": "draws"} | {
        kind: f"pair/c11/run0/{kind}" for kind in ("assignments", "forms")
    }
    return {
        **named,
        "checks": {places[name]: tmp_path / f"{name}.parquet" for name in checks},
        "searches": {"mixture": tmp_path / "searches.parquet"},
        "latents": tmp_path / "latents.parquet",
        "structures": {"pair": pair_set / "structures.zarr"},
        "tables": {"pair": pair_set / "structures.parquet"},
        "stiffness": pair_set / "stiffness.parquet",
        "splits": pair_set / "splits.parquet",
    }


def test_the_stage_draws_figures_and_records_their_inputs(paths, tmp_path):
    """Figures of both targets and of annealing are in the folder and in the section."""
    figures, file = tmp_path / "figures", tmp_path / "section.json"
    section(**paths, figures=figures, section=file, papers_material=True)
    made = Section.model_validate_json(read_section(file)[0])
    assert {path.name for path in figures.glob("*.png")} == {f"{name}.png" for name in FIGURES}
    assert {figure.name for figure in made.figures} == {f"inverse_{name}" for name in FIGURES}
    for name in FIGURES:
        png = read_figure(figures / f"{name}.png")
        for path in (
            paths["proposed"]["c11"],
            paths["candidates"]["pair/normal/run0"],
            paths["latents"],
        ):
            assert fingerprint(path).encode() in png
    assert [part.title for part in made.parts] == [
        "Structure from C11",
        "Do the components separate the morphologies?",
        "Choice among noises",
        "Structure from six components",
        "Search in the latent space",
    ]
    assert "Set pair: 20 structures of two morphologies" in made.parts[0].text


@pytest.fixture
def write(candidate_table, search_table, separated, draw_table):
    """Return what writes the section of made-up tables, of the paper's material or another."""

    def make(*, papers_material=True):
        targets = {"c11": NORMAL[:1], "normal": NORMAL}
        results = Results(
            candidates={target: candidate_table(names) for target, names in targets.items()},
            **dict(zip(("assignments", "forms"), separated(), strict=True)),
            draws=draw_table(),
            searches=search_table(),
            learned={
                "pair": DesignSet(180, ("3-1-1", "1-3-3"), 15, papers_material=papers_material)
            },
            latent=LATENT,
        )
        figures = {name: Figure(name=name, png=b"", caption="") for name in FIGURES}
        annealing = AnnealingOptions(iterations=200, inferred_iterations=10)
        return inverse_section(results, figures, InverseOptions(draws=3, annealing=annealing))

    return make


def test_the_papers_values_are_shown_for_its_material_only(write):
    """Neither tables nor sentences have them for another material."""
    ours, other = write(), write(papers_material=False)
    tables = [[table for part in made.parts for table in part.tables] for made in (ours, other)]
    headers = [{name for table in each for name in table.header} for each in tables]
    assert {"paper error (%)", "paper R²"} <= headers[0]
    assert not any(name.startswith("paper") for name in headers[1])
    captions = [{table.caption for table in each} for each in tables]
    assert captions[0] - captions[1] == {"The paper's own vectors in GPa, for comparison."}
    assert "16 %" in ours.parts[0].text
    assert "16 %" not in other.parts[0].text


def test_targets_out_of_range_are_named(write):
    """The text lists the wanted values that no training structure reaches."""
    text = write().parts[0].text
    assert text.endswith("Outside the range of the training structures: 40 GPa.")


def test_a_search_says_how_little_it_cools(write):
    """Two latents are proposed at a temperature for each latent dimension."""
    text = write().parts[-1].text
    assert "200 proposals see the first 7 temperatures, 10 the first temperature alone." in text


@pytest.mark.parametrize(
    ("learned", "said", "papers"),
    [
        (
            DesignSet(180, ("3-1-1", "1-3-3"), 15, papers_material=True),
            "Set pair: 180 structures of two morphologies, 3-1-1 and 1-3-3",
            True,
        ),
        (
            DesignSet(180, ("3-1-1", "1-3-3"), 15, papers_material=False),
            "of 15 voxels per edge.",
            False,
        ),
        (
            DesignSet(180, ("7-1-1", "1-7-7"), 51, papers_material=True),
            "7-1-1 and 1-7-7 (widths of the smoothing along x, y and z), of 51 voxels per edge.",
            False,
        ),
    ],
)
def test_the_set_of_inverse_design_is_named(learned, said, papers):
    """The paper's set is named where ours is another one of the same material."""
    text = learned_from("pair", learned)
    assert said in text
    assert text.endswith("about 280 structures: its 16 % is for another set.") == papers


def test_all_structures_of_a_user_are_learned_from():
    """There is no pair of morphologies."""
    table = pd.DataFrame({"structure": range(40), "morphology": ""})
    learned = DesignSet.of(table, 15, papers_material=False)
    assert learned_from("all", learned) == "Set all: all 40 structures."
