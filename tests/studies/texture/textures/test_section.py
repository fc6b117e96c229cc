"""What the report says about the textures, and the measures that it rests on."""

import numpy as np
import pytest

from pspflow.io.sections import read_section
from pspflow.mechanics.texture import coefficient_distance
from pspflow.report.section import Section
from pspflow.studies.texture.textures.coverage import crystal_coefficients, neighbours, spans
from pspflow.studies.texture.textures.departures import departures
from pspflow.studies.texture.textures.options import SET_NAMES, TexturesOptions
from pspflow.studies.texture.textures.stages.import_textures import import_textures
from pspflow.studies.texture.textures.stages.section import section
from pspflow.studies.texture.textures.store import open_textures


def written(folder, out, options):
    """Run the stage on the sets of a folder."""
    section(
        textures={name: folder / f"{name}_textures" for name in SET_NAMES},
        tables={name: folder / f"{name}_table" for name in SET_NAMES},
        figures=out / "figures",
        section=out / "section.json",
        options=options,
    )
    return Section.model_validate_json(read_section(out / "section.json")[0])


@pytest.fixture(scope="module")
def found(simulated_folder):
    """Return the coefficients of the sets."""
    return {
        name: open_textures(simulated_folder / f"{name}_textures").coefficients
        for name in SET_NAMES
    }


@pytest.fixture(scope="module")
def made(simulated_folder, small, tmp_path_factory):
    """Write the section of simulated sets; return it and its folder."""
    out = tmp_path_factory.mktemp("section")
    return written(simulated_folder, out, TexturesOptions(simulated=small)), out


def test_neighbours_are_the_nearest(found):
    """Distances are those of all pairs, and a candidate is not its own neighbour."""
    apart = neighbours(**found)
    pairs = coefficient_distance(found["test"][:, None], found["pool"])
    np.testing.assert_allclose(apart.test, pairs.min(axis=1))
    own = coefficient_distance(found["pool"][:, None], found["pool"])
    np.testing.assert_allclose(apart.pool, (own + 99 * np.eye(len(own))).min(axis=1))
    assert neighbours(found["pool"], found["pool"][:7], found["test"]).validation.max() == 0


def test_the_pool_stays_within_the_hull(found):
    """No coefficient leaves the range of single crystals; crystals themselves span all of it."""
    crystals = crystal_coefficients()
    table = spans(found["pool"], crystals)
    assert (table["least"] <= table["pool_least"]).all()
    assert (table["pool_greatest"] <= table["greatest"]).all()
    assert table["share"].between(0.1, 1).all()
    assert (spans(crystals, crystals)["share"] == 1).all()
    # C4_11 of a cube texture, see test_gsh
    assert table["greatest"][0] == pytest.approx(9 * np.sqrt(7 / 12), rel=0.01)


def test_simulated_textures_are_named_as_such(made):
    """The lead says that nothing was measured; counts stand beside the paper's."""
    page, out = made
    assert "180 textures that are simulated: none was measured" in page.lead
    (part,) = page.parts
    assert "24 candidates of one crystal" in part.text
    assert "13,408 single crystals and 61,482 polycrystals" in part.text
    assert [row[:3] for row in part.tables[0].cells] == [
        ("pool", "54480", "120"),
        ("validation", "50", "20"),
        ("test", "20000", "40"),
    ]
    assert [figure.name for figure in part.figures] == ["textures_sets", "textures_neighbours"]
    assert (out / "figures/sets.png").read_bytes() == part.figures[0].png


def test_findings_are_computed(made, found):
    """Distances are those of the sets; nothing is said of copies where there are none."""
    distances, width = made[0].findings
    median = np.median(neighbours(**found).test)
    assert distances.startswith(f"median {median:.2g}, 95 % below ")
    assert "for test textures" in distances.split(", median")[0]
    share = spans(found["pool"], crystal_coefficients())["share"].mean()
    assert width.startswith(f"{share:.0%} on average (C4_11")


def test_a_test_texture_in_the_pool_is_said_first(simulated_folder, small, tmp_path):
    """Where sets share textures, that is the first finding."""
    for name, source in {"pool": "pool", "validation": "validation", "test": "pool"}.items():
        for key in ("textures", "table"):
            (tmp_path / f"{name}_{key}").symlink_to(simulated_folder / f"{source}_{key}")
    page = written(tmp_path, tmp_path, TexturesOptions(simulated=small))
    assert page.findings[0] == (
        "120 of 120 test textures have the coefficients of a candidate: for these the models may "
        "have seen the answer."
    )


def test_departures_follow_from_the_options(small):
    """Grains and spread are those that run; a user's textures have no simulated spread."""
    rows = departures(TexturesOptions(simulated=small)).set_index("what")["here"]
    assert rows["coefficients"] == "36 up to l = 12"
    assert rows["spread around a crystal"] == "half width 5° to 30°; none below 5°"
    assert rows["grains of a texture"].startswith("24, ")
    options = TexturesOptions.model_validate({"source": "sheet", "files": {"sheet": "mine.csv"}})
    rows = departures(options).set_index("what")["here"]
    assert "spread around a crystal" not in rows
    assert rows["grains of a texture"].startswith("500 of equal weight")


def test_a_users_textures(written_sheet, tmp_path):
    """The lead names the sheet; doubts of reading are listed."""
    for name in SET_NAMES:
        paths = {key: tmp_path / f"{name}_{key}" for key in ("textures", "table")}
        import_textures(name=name, sheet=written_sheet, **paths, grains=24)
    files = {"sheet": written_sheet, "grains": 24}
    page = written(tmp_path, tmp_path, TexturesOptions(source="sheet", files=files))
    assert page.lead == f"This report rests on 80 textures from {written_sheet}."
    (part,) = page.parts
    assert "represented by 24 of its orientations" in part.text
    assert part.tables[0].header[:3] == ("set", "paper", "here")
    assert len(part.tables[-1].cells) == 80
