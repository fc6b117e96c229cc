"""Simulated datasets of the latent study: shards, variants of a micrograph, and their section."""

import numpy as np
import pytest
import tifffile
from PIL import Image
from scipy.ndimage import gaussian_filter

from pspflow.errors import InputError
from pspflow.io.arrays import open_store
from pspflow.io.artefacts import fingerprint
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table
from pspflow.options import validated
from pspflow.report.section import Section
from pspflow.studies.latent.datasets.image_sets import open_images
from pspflow.studies.latent.datasets.inpainting import filled, holes, regions
from pspflow.studies.latent.datasets.measured import nearest_rms
from pspflow.studies.latent.datasets.options import Counts, DatasetsOptions
from pspflow.studies.latent.datasets.plan import unfinished
from pspflow.studies.latent.datasets.stages.inpaint import inpaint
from pspflow.studies.latent.datasets.stages.section import section
from pspflow.studies.latent.datasets.stages.simulate import simulate
from pspflow.studies.latent.names import POTTS_NAMES, SIMULATED_NAMES

COUNTS = {"train": 5, "validation": 2, "test": 4}
OPTIONS = {
    "use": SIMULATED_NAMES,
    "counts": COUNTS,
    "gaussian": {
        "size_px": 32,
        "covariance_px2": [[4.0, 1.0], [1.0, 3.0]],
        "volume_fraction_range": [0.3, 0.6],
    },
    "grain_growth": {"edge_sites": 12, "time": 2.0, "image_px": [24, 24]},
    "additive": {
        "sites": [16, 16],
        "time": 6.0,
        "overrun_sites": 0,
        "image_px": [32, 32],
        "averaging": 2,
        "pool_width_sites": [6.0, 10.0],
    },
    "weld": {"sites": [12, 30], "time": 8.0, "margin_sites": 5, "image_px": [24, 40]},
    "inpainted": {"size_px": [16, 24], "hole_px": 4, "image": "m.tif"},
}


def made(folder, name, shard="1-of-1", seed=0):
    """Make a share of a dataset, and return its store and table."""
    options = validated(DatasetsOptions, OPTIONS)
    store, table = folder / f"{name}-{shard}.zarr", folder / f"{name}-{shard}.parquet"
    given = {"shard": shard, "images": store, "table": table, "options": options, "seed": seed}
    if name == "inpainted":
        inpaint(micrograph=folder / "m.tif", **given)
    else:
        simulate(dataset=name, **given)
    return store, table


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Make all datasets, small, and return folder, stores and tables."""
    folder = tmp_path_factory.mktemp("datasets")
    noise = gaussian_filter(np.random.default_rng(0).random((60, 150)), 1.5)
    levels = (noise - noise.min()) / np.ptp(noise) * 255
    tifffile.imwrite(folder / "m.tif", levels.astype(np.uint8))
    return folder, {name: made(folder, name) for name in SIMULATED_NAMES}


@pytest.fixture(scope="module")
def sets(run):
    """Return every dataset, read as others read it."""
    return {name: open_images([store], [table]) for name, (store, table) in run[1].items()}


def test_every_dataset_is_read_as_a_set(sets):
    """Splits as configured, sizes of the images, labels where there are grains."""
    shapes = {"grain_growth": (24, 24), "additive": (16, 16), "weld": (24, 40)}
    shapes |= {"gaussian_smooth": (32, 32), "gaussian_binary": (32, 32), "inpainted": (16, 24)}
    for name, each in sets.items():
        assert each.shape == shapes[name]
        assert each.table["split"].value_counts().to_dict() == COUNTS
        assert each.table["image_id"].is_unique
        if name in POTTS_NAMES:
            labels = each.labels(each.rows("test"))
            assert labels.dtype == np.int32
            assert set(np.unique(each.images(each.rows("test")))) > {0}
    assert sets["weld"].labels(np.arange(1)).shape == (1, 12, 20)


@pytest.mark.parametrize("name", ["gaussian_binary", "additive", "inpainted"])
def test_shards_join_to_the_same_images(run, tmp_path, name):
    """However many there are; and another seed gives others."""
    folder, known = run
    whole = open_images(*([each] for each in known[name]))
    parts = [made(folder, name, f"{k}-of-3") for k in (1, 2, 3)]
    joined = open_images(*zip(*parts, strict=True))
    rows = np.arange(len(whole.table))
    np.testing.assert_array_equal(joined.images(rows), whole.images(rows))
    assert joined.table.equals(whole.table)
    other, _ = made(folder, name, "1-of-2", seed=1)
    assert (open_store(other)["images"][:5] != whole.images(rows[:5])).any()


def test_threads_do_not_count(run, tmp_path):
    """Many simulate the bytes that one does."""
    options = validated(DatasetsOptions, OPTIONS)
    files = {"images": tmp_path / "a.zarr", "table": tmp_path / "a.parquet"}
    simulate(dataset="grain_growth", **files, options=options, threads=3)
    assert fingerprint(files["images"]) == fingerprint(run[1]["grain_growth"][0])


def test_binary_images_are_thresholds_of_the_smooth_ones(sets):
    """Image for image, by a volume fraction of their own that the table says."""
    rows = np.arange(11)
    smooth, binary = (sets[f"gaussian_{kind}"].images(rows) for kind in ("smooth", "binary"))
    for grey, marked in zip(smooth, binary == 255, strict=True):
        assert grey[marked].min() >= grey[~marked].max()
    shares = sets["gaussian_binary"].table["volume_fraction"]
    np.testing.assert_allclose(shares, (binary == 255).mean(axis=(1, 2)))
    assert shares.between(0.299, 0.601).all()
    assert shares.nunique() > 5


def test_pools_are_drawn_for_each_image(sets):
    """Within the configured range."""
    widths = sets["additive"].table["pool_width_sites"]
    assert widths.between(6, 10).all()
    assert widths.nunique() == len(widths)


def test_variants_of_splits_share_no_pixel(run, sets):
    """Crops lie in regions that do not overlap, and differ from the micrograph in holes alone."""
    pixels = tifffile.imread(run[0] / "m.tif").astype(float)
    table, images = sets["inpainted"].table, sets["inpainted"].images(np.arange(11))
    used = {}
    for row, image in zip(table.itertuples(), images, strict=True):
        place = slice(row.row, row.row + 16), slice(row.column, row.column + 24)
        change = image - pixels[place]
        assert (change != 0).mean() == pytest.approx(row.changed_share)
        assert row.changed_share <= row.masked_share
        assert 0.2 <= row.masked_share < 0.2 + 16 / image.size
        assert row.rms_change == pytest.approx(np.sqrt((change**2).mean()))
        used.setdefault(row.split, np.zeros(pixels.shape, bool))[place] = True
    assert sum(each.astype(int) for each in used.values()).max() == 1
    assert not table.groupby("group")["split"].nunique().gt(1).any()


def test_regions_fill_the_micrograph():
    """In proportion to the images, across the longer way, and each as large as a crop."""
    counts = Counts(train=60, validation=20, test=20)
    found = regions((100, 400), (20, 20), counts)
    assert [each.width for each in found.values()] == [240, 80, 80]
    tall = regions((64, 20), (20, 20), Counts(train=1000, validation=2, test=4))
    assert [(each.row, each.height) for each in tall.values()] == [(0, 24), (24, 20), (44, 20)]
    with pytest.raises(InputError, match="too few for three crops"):
        regions((59, 20), (20, 20), counts)


def test_holes_are_filled_from_around():
    """A plane is continued exactly; what is not masked stays."""
    plane = np.add.outer(np.arange(20) * 4, np.arange(20) * 2).astype(np.uint8)
    mask = np.zeros((20, 20), bool)
    mask[6:12, 5:11] = True
    np.testing.assert_array_equal(filled(np.where(mask, 0, plane).astype(np.uint8), mask), plane)
    drawn = holes((20, 30), 0.3, 5, np.random.default_rng(0))
    assert 0.3 <= drawn.mean() < 0.3 + 25 / 600


def test_copies_are_found():
    """A test image that is a training image is at distance 0; not its own neighbour."""
    images = np.random.default_rng(0).integers(0, 256, (6, 4, 4), np.uint8)
    assert nearest_rms(images[:1], images)[0] == 0
    assert nearest_rms(images, images, same=True).min() > 0
    expected = np.sqrt(((images[0].astype(float) - images[1]) ** 2).mean())
    assert nearest_rms(images[:1], images[1:2])[0] == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["missing", "colour", "deep", "tiny", "text"])
def test_micrographs_that_cannot_be_used(run, tmp_path, kind):
    """One sentence that names the file; nothing is written."""
    path = tmp_path / "m.png"
    sizes = {"colour": (60, 150, 3), "tiny": (10, 10)}
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 200, sizes.get(kind, (60, 150)), np.uint8)
    if kind == "text":
        path.write_text("no image")
    elif kind != "missing":
        Image.fromarray(pixels.astype(np.uint16) * 90 if kind == "deep" else pixels).save(path)
    sentence = {
        "missing": "m.png",
        "colour": "colour or transparency; save it as 8-bit grey",
        "deep": "uint16; save it as 8-bit grey",
        "tiny": "too few for three crops",
        "text": "not a TIFF, PNG, JPEG or BMP",
    }[kind]
    files = {"images": tmp_path / "a.zarr", "table": tmp_path / "a.parquet"}
    error = FileNotFoundError if kind == "missing" else InputError
    with pytest.raises(error, match=sentence):
        inpaint(micrograph=path, options=validated(DatasetsOptions, OPTIONS), **files)
    assert not files["images"].exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"gaussian": {"volume_fraction_range": [0.6, 0.5]}}, "lower value first"),
        ({"gaussian": {"covariance_px2": [[1, 2], [2, 1]]}}, "without negative eigenvalues"),
        ({"gaussian": {"size_px": 16}}, "eight times as many pixels"),
        ({"additive": {"zone_width_sites": 5}}, "enlarge the zone or lessen the pool"),
        ({"weld": {"margin_sites": 500}}, "leaves none; lessen it"),
        ({"inpainted": {"hole_px": 60}}, "smaller holes"),
        ({"use": ["inpainted"]}, "set inpainted.image"),
        ({"grain_growth": {"image_px": [25, 25], "averaging": 2}}, "does not divide"),
    ],
)
def test_options_that_fit_nothing_are_refused(options, sentence):
    """In one sentence."""
    with pytest.raises(InputError, match=sentence):
        validated(DatasetsOptions, options)


def test_the_section_says_what_is_measured(run, tmp_path):
    """Grains with intervals, the copy test first, departures for every dataset."""
    _, known = run
    section(
        images={f"{name}/1-of-1": store for name, (store, _) in known.items()},
        tables={f"{name}/1-of-1": table for name, (_, table) in known.items()},
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        options=validated(DatasetsOptions, OPTIONS),
    )
    written = Section.model_validate_json(read_section(tmp_path / "section.json")[0])
    assert "near-copies" in written.findings[0]
    assert "simulated" in written.lead
    parts = {part.title: part for part in written.parts}
    grains = parts["Grains"].tables[0].cells
    table = read_table(known["weld"][1])
    assert grains[2][:2] == ("weld", "11")
    assert grains[2][2].startswith(f"{table['grains'].mean():.3g} (")
    named = {row[0] for row in parts["Departures from the report"].tables[0].cells}
    assert named == {"all", "gaussian", "grain growth", "additive", "weld", "inpainted"}
    assert {each.name for each in written.figures} == {
        "datasets_gallery",
        "datasets_autocovariance",
    }
    assert len(parts["Variants of a micrograph"].tables[0].cells) == 5


@pytest.mark.parametrize(
    ("name", "options", "least"),
    [
        ("grain_growth", {"edge_sites": 128, "image_px": [64, 64]}, 128),
        ("additive", {"sites": [50, 90], "image_px": [64, 64], "line_sites": 1.25}, 72),
        ("weld", {"sites": [30, 120], "margin_sites": 10, "image_px": [80, 96]}, 100),
    ],
)
def test_lines_that_fall_between_pixels_are_refused(name, options, least):
    """Boundaries would be broken in the data, and no network could be blamed for it."""
    with pytest.raises(InputError, match=f"fall between pixels.*at least {least} pixels"):
        validated(DatasetsOptions, {name: options})
    enough = options | {"image_px": [4 * least, 4 * least]}
    validated(DatasetsOptions, {name: enough})


def test_a_pool_that_stops_on_its_way_is_told():
    """Sites that it does not reach are noise in the image; the usual options reach all."""
    for name in SIMULATED_NAMES:
        assert unfinished(name, DatasetsOptions()) == ""
    short = validated(DatasetsOptions, {"additive": {"time": 54}, "weld": {"time": 10}})
    assert "goes 540 of the 550 sites" in unfinished("additive", short)
    assert "goes 60 of the 83.5 sites" in unfinished("weld", short)
