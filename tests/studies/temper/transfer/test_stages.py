"""Stored synthetic chips of trainings with known results are measured, on a small image set."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, put_micrograph, read_chips
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.microstructure.chips import chip_rows
from pspflow.microstructure.loader import cut_chips
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.temper.transfer import plausibility as distances_of
from pspflow.studies.temper.transfer.draws import held_out
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.plausibility import FLOOR, OTHERS, RULERS, SOURCE
from pspflow.studies.temper.transfer.preservation import REAL, UNTRANSFERRED
from pspflow.studies.temper.transfer.stages import plausibility as plausibility_stage
from pspflow.studies.temper.transfer.stages import preservation as preservation_stage
from pspflow.studies.temper.transfer.synthetic import put_synthetic

ORIGIN = Provenance("test", {}, None, {})
EDGE = 16
DOMAINS = {"raw": (60, 4), "aged": (100, 10), "over aged": (150, 20)}
LABELS = {"raw": "feed_mm", "aged": "uts_mpa", "over aged": ""}
WAYS = list(permutations(DOMAINS, 2))
IMAGING = Imaging(
    birth_range=(0, 255), persistence_range=(0, 255), sigma=12.75, unit_persistence=100
)
FLOWS = ("none/seed0", "exact/seed0")
OPTIONS = TransferOptions(resamples=100, label_runs=2)
SPECIMENS = {f"train{i}": "train" for i in range(6)} | {f"test{i:02}": "test" for i in range(12)}
EVERYWHERE = dict.fromkeys(DOMAINS, SPECIMENS)
NUMBERS = ["specimens", "chips", "balanced_accuracy", "low", "high", "permuted_labels"]


def label_of(specimen, domain):
    """Give a specimen's label: how bright its images are, in another order in each domain."""
    number, count = int(specimen[-2:].lstrip("n")), 6 if specimen.startswith("train") else 12
    if domain != "raw":
        number = number % 3 * (count // 3) + number // 3
    return number / (count - 1)


def build(folder, present=EVERYWHERE):
    """Write an image a domain, on which specimens lie one below the other, and its tables."""
    rng = np.random.default_rng(0)
    tables, entries = [], []
    with new_store(folder / "micrographs.zarr", ORIGIN) as store:
        for domain, specimens in present.items():
            mean, spread = DOMAINS[domain]
            bands = []
            for i, (specimen, split) in enumerate(specimens.items()):
                level = mean + 20 * label_of(specimen, domain)
                bands.append(rng.normal(level, spread, (EDGE, 2 * EDGE)))
                image = {"micrograph": domain, "specimen": specimen, "domain": domain}
                windows = np.array([[EDGE * i, 0], [EDGE * i, EDGE]])
                tables.append(chip_rows(windows, EDGE, image, split))
                # as in a sheet, a specimen's properties stand in each of its rows
                values = {c: label_of(specimen, d) for d, c in LABELS.items() if c}
                entries.append({**image, **values, "label": LABELS[domain]})
            pixels = np.concatenate(bands).clip(0, 255).astype(np.uint8)
            put_micrograph(store, pd.Series({**image, "image": "", "pixel_size_um": 0.1}), pixels)
    write_table(folder / "catalogue.parquet", pd.DataFrame(entries), ORIGIN)
    write_table(folder / "chips.parquet", pd.concat(tables), ORIGIN)
    write_table(folder / "grid.parquet", pi.imaging_row(IMAGING), ORIGIN)
    return folder


def put_trainings(folder):
    """Store a training that changes nothing, and one that returns the real chips of the target."""
    store, rows = Micrographs(folder / "micrographs.zarr"), read_chips(folder / "chips.parquet")
    drawn = held_out(rows, OPTIONS.chips_per_specimen, 0)
    cuts = {name: cut_chips(store, rows.iloc[at]) for name, at in drawn.items()}
    worth = {
        "none": {(a, b): cuts[a] for a, b in permutations(drawn, 2)},
        "exact": {(a, b): np.resize(cuts[b], cuts[a].shape) for a, b in permutations(drawn, 2)},
    }
    for kind, made in worth.items():
        samples = {name: images[:2] for name, images in cuts.items()}
        put_synthetic(
            folder / f"{kind}.zarr", folder / "chips.parquet", drawn, made, samples, ORIGIN
        )
    return folder


def plausibility(folder, out, flows=FLOWS, seed=0):
    """Run the stage and return its tables."""
    paths = {name: out / f"{name}.parquet" for name in ("plausibility", "effects", "copies")}
    plausibility_stage.plausibility(
        synthetic={name: folder / f"{name.split('/')[0]}.zarr" for name in flows},
        micrographs=folder / "micrographs.zarr",
        chips=folder / "chips.parquet",
        grid=folder / "grid.parquet",
        options=OPTIONS,
        seed=seed,
        **paths,
    )
    return tuple(read_table(path) for path in paths.values())


def labels(folder, out, seed=0):
    """Run the stage and return its table."""
    preservation_stage.preservation(
        synthetic={name: folder / f"{name.split('/')[0]}.zarr" for name in FLOWS},
        catalogue=folder / "catalogue.parquet",
        micrographs=folder / "micrographs.zarr",
        chips=folder / "chips.parquet",
        grid=folder / "grid.parquet",
        accuracy=out / "accuracy.parquet",
        options=OPTIONS,
        seed=seed,
    )
    return read_table(out / "accuracy.parquet")


@pytest.fixture(scope="module")
def image_set(tmp_path_factory):
    """Give one image set to all tests."""
    return put_trainings(build(tmp_path_factory.mktemp("set")))


@pytest.fixture(scope="module")
def measured(image_set):
    """Give distances and effects."""
    return plausibility(image_set, image_set)


@pytest.fixture(scope="module")
def accuracy(image_set):
    """Give the label accuracies."""
    return labels(image_set, image_set)


def of(table, flow):
    """Take one flow's values and limits, by measure and direction."""
    keys = ["measure", "source", "target"]
    return table[table["flow"] == flow].set_index(keys)[["value", "low", "high"]].sort_index()


def test_every_flow_and_ruler_is_measured_everywhere(measured):
    """Eight measures in every direction, each with limits: there are specimens enough."""
    table, *_ = measured
    assert set(table["flow"]) == {*FLOWS, *RULERS}
    assert (table.groupby(["flow", "measure"]).size() == len(WAYS)).all()
    assert table["measure"].nunique() == 8
    assert not table.duplicated(["flow", "measure", "source", "target"]).any()
    assert np.isfinite(table[["value", "low", "high"]]).all(axis=None)


def test_untransferred_sources_have_the_distances_of_their_ruler(measured):
    """Value and limits of chips that are their sources, exactly."""
    table, *_ = measured
    pd.testing.assert_frame_equal(of(table, "none/seed0"), of(table, SOURCE), check_exact=True)


def test_real_chips_of_the_target_are_closest(measured):
    """Better than every ruler, in every direction and measure; KID may stray below 0 by chance."""
    table, *_ = measured
    perfect = of(table, "exact/seed0")
    apart = ["KID", "density gap"]  # unbiased; and of the very chips, each in its own ball
    nearer = perfect["value"] < of(table, OTHERS)["value"]
    covered = "uncovered real chips"  # other specimens may cover all of them too
    assert nearer.drop(index=[apart[1], covered]).all()
    assert (perfect["high"] < of(table, SOURCE)["low"]).all()
    means = perfect.drop(index=apart)
    np.testing.assert_allclose(means, 0, atol=1e-12)
    below = means["value"] < of(table, FLOOR)["value"].drop(index=apart)
    assert below.drop(index=covered).all()


def test_effects_compare_with_none_alone(measured):
    """Below 0 with the whole interval; the difference is that of the two columns."""
    table, effects, copies = measured
    assert set(copies["flow"]) == set(FLOWS)
    assert len(copies) == len(FLOWS) * len(WAYS)
    assert set(effects["variant"]) == {"exact"}
    assert len(effects) == 8 * len(WAYS)
    assert (effects["high"] < 0).all()
    np.testing.assert_allclose(effects["difference"], effects["with"] - effects["without"])
    by_way = effects.set_index(["measure", "source", "target"]).sort_index()
    np.testing.assert_array_equal(by_way["without"], of(table, "none/seed0")["value"])
    np.testing.assert_array_equal(by_way["with"], of(table, "exact/seed0")["value"])
    assert effects["sd_over_trainings"].isna().all()
    assert effects["p_adjusted"].notna().all()


def test_a_run_without_none_has_no_effects(image_set, measured, tmp_path, monkeypatch):
    """The table is there with its columns, and empty; distances are measured all the same."""
    every = distances_of.measures
    monkeypatch.setattr(
        distances_of, "measures", lambda *a: {"KID": every(*a)["KID"]}
    )  # the others are treated in the same way
    table, effects, _ = plausibility(image_set, tmp_path, flows=("exact/seed0",))
    assert len(effects) == 0
    assert effects.columns.tolist() == measured[1].columns.tolist()
    pd.testing.assert_frame_equal(
        of(table, "exact/seed0"), of(measured[0], "exact/seed0").loc[["KID"]]
    )


def test_the_same_seed_gives_the_same_distances(image_set, measured, tmp_path, monkeypatch):
    """Another one gives other limits of the same values, as all chips are compared."""
    every = distances_of.measures
    monkeypatch.setattr(
        distances_of, "measures", lambda *a: {"grey histogram": every(*a)["grey histogram"]}
    )
    table, *_ = measured
    few = table[table["measure"] == "grey histogram"].reset_index(drop=True)
    again, *_ = plausibility(image_set, tmp_path)
    pd.testing.assert_frame_equal(again, few)
    other, *_ = plausibility(image_set, tmp_path, seed=1)
    np.testing.assert_array_equal(other["value"], few["value"])
    assert not np.array_equal(other["low"], few["low"])


def test_tables_record_their_inputs(image_set, measured):
    """The provenance of each table names its inputs, synthetic chips included, and the seed."""
    assert len(measured) == 3
    for name in ("plausibility", "effects", "copies"):
        record = table_provenance(image_set / f"{name}.parquet")
        assert record["seed"] == 0
        assert {f"synthetic {name}" for name in FLOWS} <= set(record["inputs"])


def test_every_resample_contains_every_domain(tmp_path, monkeypatch):
    """Though one has a single held-out specimen that no other has: strata keep it."""
    alone = {"train0": "train", "test11": "test"}
    common = {name: split for name, split in SPECIMENS.items() if name != "test11"}
    folder = put_trainings(build(tmp_path, {"raw": common, "aged": common, "over aged": alone}))
    every, seen = distances_of.measures, []

    def one(*arguments):
        return {"grey histogram": every(*arguments)["grey histogram"]}

    def spy(measure, features, real, others, synthetic, draws):
        seen.append((real, others, draws))
        return distances(measure, features, real, others, synthetic, draws)

    distances = distances_of.distances
    monkeypatch.setattr(distances_of, "measures", one)
    monkeypatch.setattr(distances_of, "distances", spy)
    table, *_ = plausibility(folder, tmp_path)
    ((real, others, draws),) = seen
    for chips in (*real.values(), *others.values()):
        present = np.unique(chips.specimens)
        assert (draws[:, present].sum(axis=1) == len(present)).all()
    assert draws.shape == (101, len(SPECIMENS))
    assert (draws.std(axis=0) > 0).sum() == len(SPECIMENS) - 2
    # of one specimen there is no interval to give
    assert table["value"].notna().all()
    assert table[["low", "high"]].isna().all(axis=None)


def test_splits_by_region_have_neither_other_specimens_nor_label_accuracies(tmp_path, monkeypatch):
    """Split by region there are no other specimens, and labels would be recognised by specimen."""
    folder = build(tmp_path)
    rows = read_table(folder / "chips.parquet")
    rows["split"] = np.where(rows["column"] == 0, "train", "test")
    write_table(folder / "chips.parquet", rows, ORIGIN)
    put_trainings(folder)
    every = distances_of.measures
    monkeypatch.setattr(
        distances_of, "measures", lambda *a: {"grey histogram": every(*a)["grey histogram"]}
    )
    table, effects, _ = plausibility(folder, tmp_path)
    # nor is there a floor: a band is as wide as its only chip, which lies in both halves
    assert set(table["flow"]) == {*FLOWS, SOURCE}
    assert (effects["high"] < 0).all()
    known = labels(folder, tmp_path)
    known = known[known["target"] != "over aged"]
    assert known["note"].str.contains("share specimens").all()
    assert known["balanced_accuracy"].isna().all()


def test_labels_are_classified_for_real_untransferred_and_transferred_chips(accuracy):
    """Real chips once a target; doing nothing and each training once a direction."""
    known = accuracy[accuracy["target"] != "over aged"]
    for (target, features), rows in known.groupby(["target", "features"]):
        expected = [(REAL, target)]
        for source in DOMAINS:
            if source != target:
                expected += [(flow, source) for flow in (UNTRANSFERRED, *FLOWS)]
        found = list(zip(rows["flow"], rows["source"], strict=True))
        assert sorted(found) == sorted(expected), (target, features)
        assert set(rows["label"]) == {LABELS[target]}
    assert set(known["features"]) == {"chips", "persistence images"}
    assert set(known["specimens"]) == {12}
    assert set(known["chips"]) == {24}
    assert (known["note"] == "").all()
    assert known[NUMBERS].notna().all(axis=None)


def test_a_domain_without_label_is_absent(accuracy):
    """Each direction into it says why, and gives no number."""
    absent = accuracy[accuracy["target"] == "over aged"]
    assert absent["source"].tolist() == ["raw", "aged"]
    assert set(absent["note"]) == {"over aged has no label"}
    assert absent[NUMBERS].isna().all(axis=None)


def test_accuracies_of_trainings_with_known_results(accuracy):
    """Real chips in place of transfers have the accuracy of real chips; sources that of sources."""
    known = accuracy[accuracy["target"] != "over aged"]
    by_flow = {
        name: rows.set_index(["target", "features", "source"])[
            ["balanced_accuracy", "permuted_labels", "sd_over_runs"]
        ]
        for name, rows in known.groupby("flow")
    }
    pd.testing.assert_frame_equal(by_flow["none/seed0"], by_flow[UNTRANSFERRED])
    real = by_flow[REAL].droplevel("source")
    for (target, features, _), row in by_flow["exact/seed0"].iterrows():
        assert row.tolist() == real.loc[(target, features)].tolist()
    assert (real.xs("chips", level="features")["balanced_accuracy"] > 0.75).all()
    assert (by_flow[UNTRANSFERRED]["balanced_accuracy"] < 0.6).all()


def test_the_same_seed_gives_the_same_accuracies(image_set, accuracy, tmp_path):
    """Draws of training chips, permutations and resamples come from the seed."""
    pd.testing.assert_frame_equal(labels(image_set, tmp_path), accuracy)


def test_textures_are_scaled_by_training_chips(image_set, tmp_path, monkeypatch):
    """Held-out chips do not decide in which unit they are measured."""
    kept = []

    def noted(imaging, reference):
        kept.extend(reference)
        raise InterruptedError

    monkeypatch.setattr(distances_of, "measures", noted)
    with pytest.raises(InterruptedError):
        plausibility(image_set, tmp_path)
    rows, store = (
        read_chips(image_set / "chips.parquet"),
        Micrographs(image_set / "micrographs.zarr"),
    )
    training = {chip.tobytes() for chip in cut_chips(store, rows[rows["split"] == "train"])}
    assert {chip.tobytes() for chip in kept} == training
