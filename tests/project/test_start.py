"""A new project says what it guessed and what is missing, and its configuration is legal."""

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from pspflow.config import load_config
from pspflow.errors import InputError
from pspflow.io.sheet import read_sheet
from pspflow.microstructure.splits import apportion
from pspflow.project.config import chip_edge
from pspflow.project.start import start, summary

EDGE = 80
UNNAMED = {"image": None, "domain": None, "specimen": None}


@pytest.fixture
def sheet_of(tmp_path):
    """Return a function that writes a sheet with the images that it names."""

    def write(columns, images="images/{}.png", name="samples.csv"):
        table = pd.DataFrame(columns)
        first = table.columns[0]
        table[first] = [images.format(cell) for cell in table[first]]
        for place, image in enumerate(table[first]):
            path = tmp_path / image
            path.parent.mkdir(parents=True, exist_ok=True)
            noise = np.random.default_rng(place).integers(256, size=(EDGE, EDGE), dtype=np.uint8)
            Image.fromarray(noise).save(path)
        table.to_csv(tmp_path / name, index=False)
        return tmp_path / name

    return write


def tempers(**more):
    """Return the columns of five specimens with an image of each of two tempers."""
    cells = [(f"e{i}", temper) for i in range(5) for temper in ("as extruded", "T5")]
    return {
        "File": [f"{specimen}_{temper[:2]}" for specimen, temper in cells],
        "temper": [temper for _, temper in cells],
        "sample ID": [specimen for specimen, _ in cells],
        **more,
    }


def read(folder):
    """Read the configuration of a project, as snakemake does."""
    return yaml.safe_load((folder / "config.yaml").read_text())


def test_columns_are_found_by_their_names(sheet_of, tmp_path):
    """The sheet that stages read has their names; the user's stays as it is."""
    numbers = {"uts_t5_mpa": [300.0 + i for i in range(10)], "note": ["x", "y"] * 5}
    path = sheet_of(tempers(**numbers, **{"nm/pixel": 50}))
    before = path.read_bytes()
    project = start(tmp_path / "mine", path, "temper", UNNAMED)
    assert path.read_bytes() == before
    table = read_sheet(tmp_path / "mine/sheet.csv")
    assert list(table.columns)[:3] == ["image", "domain", "specimen"]
    assert set(table["domain"]) == {"as_extruded", "T5"}
    assert set(table["pixel_size_um"]) == {"0.05"}
    assert all((tmp_path / "mine" / image).is_file() for image in table["image"])
    images = load_config(read(tmp_path / "mine")).temper.images
    assert images.labels == {"as_extruded": "uts_t5_mpa", "T5": "uts_t5_mpa"}
    assert images.source == "micrographs"
    said = summary(tmp_path / "mine", "temper", project)
    assert "domain 'as extruded' is written 'as_extruded'." in said
    assert "pixel_size_um: column 'nm/pixel', divided by 1,000." in said
    assert "intervals need 12 of each domain to test, and so 30" in said


def test_each_domain_has_the_label_that_carries_its_name(sheet_of, tmp_path):
    """Of several; a domain of whose name there is none has no label, and the others are named."""
    values = [300.0 + i for i in range(10)]
    numbers = {"uts_t5_mpa": values, "feed_rate_mm_min": values[::-1]}
    start(tmp_path / "mine", sheet_of(tempers(**numbers)), "temper", UNNAMED)
    labels = load_config(read(tmp_path / "mine")).temper.images.labels
    assert labels == {"as_extruded": None, "T5": "uts_t5_mpa"}
    assert "# others: feed_rate_mm_min" in (tmp_path / "mine/config.yaml").read_text()


def test_a_sheet_that_fits_is_named_and_not_copied(sheet_of, tmp_path):
    """So that there is one sheet to correct."""
    columns = dict(zip(("image", "domain", "specimen"), tempers().values(), strict=True))
    columns["domain"] = [name.replace(" ", "_") for name in columns["domain"]]
    start(tmp_path / "mine", sheet_of(columns), "temper", UNNAMED)
    assert not (tmp_path / "mine/sheet.csv").exists()
    sheet = read(tmp_path / "mine")["temper"]["images"]["micrographs"]["sheet"]
    assert (tmp_path / "mine" / sheet).resolve() == tmp_path / "samples.csv"


def test_conditions_of_steel_that_span_a_decade_are_logarithms(sheet_of, tmp_path):
    """The others are seen as they are."""
    numbers = {"cooling_rate_c_s": [1, 3, 10, 30, 100] * 2, "soaking_c": [900, 950] * 5}
    start(tmp_path / "mine", sheet_of(tempers(**numbers)), "steel", UNNAMED)
    conditions = load_config(read(tmp_path / "mine")).steel.images.conditions
    assert [(each.column, each.log) for each in conditions] == [
        ("cooling_rate_c_s", True),
        ("soaking_c", False),
    ]


def test_images_without_specimens_are_their_own(sheet_of, tmp_path):
    """And it is said; two files of one name are not taken for one specimen."""
    columns = {"image": [f"{name}/a" for name in "pqrs"], "class": ["one", "one", "two", "two"]}
    project = start(tmp_path / "mine", sheet_of(columns), "temper", UNNAMED)
    assert len(set(read_sheet(tmp_path / "mine/sheet.csv")["specimen"])) == 4
    assert any("each counts as its own" in sentence for sentence in project.missing)


def test_few_specimens_are_split_by_what_there_is(sheet_of, tmp_path):
    """Micrographs where a domain has some, bands of them where not; what it costs is said."""
    cells = [(f"{domain}{i}", domain) for domain in ("one", "two") for i in range(5)]
    columns = {
        "image": [name for name, _ in cells],
        "domain": [domain for _, domain in cells],
        "specimen": [domain for _, domain in cells],
    }
    project = start(tmp_path / "five", sheet_of(columns), "temper", UNNAMED)
    assert load_config(read(tmp_path / "five")).temper.images.split.by == "micrograph"
    assert any("nothing is said of a new specimen" in each for each in project.missing)
    fewer = {name: cells[:2] + cells[5:7] for name, cells in columns.items()}
    start(tmp_path / "two", sheet_of(fewer), "temper", UNNAMED)
    assert load_config(read(tmp_path / "two")).temper.images.split.by == "region"


@pytest.mark.parametrize(
    ("columns", "named", "words"),
    [
        ({"a": "xyzw", "b": "pqpq"}, {}, "columns 'a', 'b'|No column"),
        ({"image": "xyzw", "temper": "pqpq", "class": "rrss"}, {}, "may each be the domain; name"),
        ({"image": "xyzw", "n": "1212"}, {}, "No column of the sheet says the domain"),
        ({"image": "xyzw", "n": "pqpq"}, {"domain": "m"}, "--domain is 'm', which is no column"),
        ({"image": "xyzw", "class": ["?"] * 4}, {}, r"Domain '\?' is no name"),
    ],
    ids=["nothing", "two domains", "numbers", "unknown", "no name"],
)
def test_what_cannot_be_guessed_is_asked(sheet_of, tmp_path, columns, named, words):
    """In one sentence, and nothing is written."""
    path = sheet_of({name: list(cells) for name, cells in columns.items()})
    if "a" in columns:
        path.write_text(path.read_text().replace(".png", ""))
    with pytest.raises(InputError, match=words):
        start(tmp_path / "mine", path, "temper", UNNAMED | named)
    assert not (tmp_path / "mine").exists()


def test_images_that_cannot_be_read_are_named(sheet_of, tmp_path):
    """With their rows, before anything is written."""
    path = sheet_of(tempers())
    (tmp_path / "images/e0_as.png").unlink()
    with pytest.raises(InputError, match=r"samples\.csv row 2: .*e0_as\.png: there is no such"):
        start(tmp_path / "mine", path, "temper", UNNAMED)
    assert not (tmp_path / "mine").exists()


def test_a_project_is_not_written_over(sheet_of, tmp_path):
    """A configuration that was corrected by hand stays."""
    path = sheet_of(tempers())
    start(tmp_path / "mine", path, "temper", UNNAMED)
    before = (tmp_path / "mine/config.yaml").read_bytes()
    with pytest.raises(InputError, match=r"config\.yaml is there already"):
        start(tmp_path / "mine", path, "temper", UNNAMED)
    assert (tmp_path / "mine/config.yaml").read_bytes() == before


def test_studies_without_a_sheet_are_refused(sheet_of, tmp_path):
    """Those that take structures, textures or a database of their own kind; steel needs numbers."""
    path = sheet_of(tempers())
    with pytest.raises(InputError, match="give temper or steel"):
        start(tmp_path / "mine", path, "texture", UNNAMED)
    with pytest.raises(InputError, match="no column holds numbers"):
        start(tmp_path / "mine", path, "steel", UNNAMED)


@pytest.mark.parametrize(
    ("smallest", "edge"), [(475, 64), (256, 64), (255, 32), (80, 16), (20, 16)]
)
def test_chips_fit_several_times_into_every_image(smallest, edge):
    """A power of two, and none below what discriminators need."""
    assert chip_edge("temper", smallest) == edge


@pytest.mark.parametrize(("specimens", "test"), [(30, 0.4), (40, 0.3), (48, 0.25), (60, 0.25)])
def test_so_many_specimens_test_as_intervals_need(sheet_of, tmp_path, specimens, test):
    """Twelve of each domain, where the sheet has thirty or more; the configuration says so."""
    rows = [(f"{name}{i}", name, f"s{i}") for i in range(specimens) for name in ("t5", "t6")]
    table = pd.DataFrame(rows, columns=["image", "domain", "specimen"])
    project = start(tmp_path / "mine", sheet_of(table), "temper", UNNAMED)
    split = load_config(read(tmp_path / "mine")).temper.images.split
    assert split.test == pytest.approx(test)
    assert split.by == "specimen"
    assert apportion(specimens, split.shares)["test"] >= 12
    assert not any("intervals" in sentence for sentence in project.missing)
