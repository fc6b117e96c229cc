"""Nothing that is fitted sees a test chip: its pixels and labels change, and what is fitted stays.

From the user's files to trained flows. That the test is able to see a leak is tested too: where
training chips change instead, everything that is fitted changes.
"""

import hashlib
from functools import cache

import numpy as np
import pandas as pd
import pytest
import tifffile
from scipy.ndimage import gaussian_filter

from pspflow.io.arrays import open_store, read_values
from pspflow.io.imagesets import Micrographs, grey_range, read_chips
from pspflow.io.tables import read_table
from pspflow.io.weights import load_weights
from pspflow.microstructure.loader import cut_chips
from pspflow.studies.shared.images.options import (
    CatalogueOptions,
    ChipOptions,
    Domain,
    SplitOptions,
)
from pspflow.studies.shared.images.stages.catalogue import catalogue
from pspflow.studies.shared.images.stages.chips import chips
from pspflow.studies.shared.images.stages.micrographs import micrographs
from pspflow.studies.shared.images.stages.split import split
from pspflow.studies.shared.persistence.options import PersistenceOptions
from pspflow.studies.shared.persistence.stages import grid as grid_stage
from pspflow.studies.shared.persistence.stages.compute import compute
from pspflow.studies.shared.persistence.stages.merge import merge
from pspflow.studies.temper.flows.stages.train import train as train_flows
from pspflow.studies.temper.flows.training_options import FlowTraining
from pspflow.studies.temper.gan.options import GanOptions
from pspflow.studies.temper.gan.stages.train import train as train_gan
from pspflow.studies.temper.pinet.options import PINetOptions
from pspflow.studies.temper.pinet.stages.train import train as train_pinet
from pspflow.studies.temper.transfer.plausibility import measures

SPECIMENS, DOMAINS, EDGE, CHIP, SEED = 6, ("t6", "as_extruded"), 72, 16, 3
IMAGES = CatalogueOptions(domains=tuple(Domain(name=name, label="uts") for name in DOMAINS))
SHARES = {"train": 0.5, "validation": 0.25, "test": 0.25}
HASH = r"(?<=\d)-[0-9a-f]{8}"
PINET = PINetOptions(channels=(2,), max_epochs=1, chips_per_specimen=4)
FLOWS = FlowTraining(
    width=2,
    couplings=1,
    discriminator=(2, 2),
    epochs=1,
    steps_per_epoch=2,
    batch_size=4,
    likelihood_share=0.0,
)

GAN = GanOptions(width=2, noise=2, discriminator=(2, 2), epochs=2, steps_per_epoch=2, batch_size=4)


def write_set(folder, changed=None):
    """Write deep micrographs and their sheet; `changed` are regions whose pixels are others."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(SPECIMENS):
        for domain in DOMAINS:
            noise = gaussian_filter(rng.normal(size=(EDGE, EDGE)), 1.5)
            pixels = np.round(20_000 + 3_000 * number + 50_000 * noise).astype(np.uint16)
            name = f"{domain}{number}.tif"
            rows.append((name, domain, f"s{number}", 200.0 + 7 * number))
            tifffile.imwrite(folder / name, pixels)
    table = pd.DataFrame(rows, columns=["image", "domain", "specimen", "uts"])
    if changed is not None:
        for region in changed.itertuples():
            (row,) = table.index[table["image"] == region.image]
            pixels = tifffile.imread(folder / region.image)
            at = np.s_[region.row_start : region.row_stop, region.column_start : region.column_stop]
            other = np.random.default_rng(row).normal(33_000, 15_000, pixels[at].shape)
            pixels[at] = other.clip(1, 65_534).round()
            tifffile.imwrite(folder / region.image, pixels)
            if len(pixels[at]) == len(pixels):  # the whole specimen is of this split
                table.loc[row, "uts"] = 1_000.0 + row // 2
    table.to_csv(folder / "sheet.csv", index=False)
    return folder / "sheet.csv"


def content(*parts):
    """Hash arrays, tables and mappings of them, byte by byte."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, pd.DataFrame):
            digest.update(part.to_csv().encode())
        elif isinstance(part, dict):
            for name in sorted(part):
                digest.update(f"{name} {content(part[name])}".encode())
        elif hasattr(part, "shape"):
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            digest.update(repr(part).encode())
    return digest.hexdigest()


def unhashed(table):
    """Take the hash of its file from the names of every micrograph and of its chips."""
    names = [name for name in ("micrograph", "chip_id") if name in table]
    plain = {name: table[name].astype(str).str.replace(HASH, "", regex=True) for name in names}
    return table.assign(**plain)


def fitted(folder, by, changed=None):
    """Run the stages from the sheet to the flows; return what they have fitted, and test chips."""
    folder.mkdir()
    made = {
        name: folder / f"{name}.parquet"
        for name in ("catalogue", "regions", "chips", "counts", "grid", "coverage")
    }
    made |= {name: folder / f"{name}.zarr" for name in ("micrographs", "share", "persistence")}

    def files(*names):
        return {name: made[name] for name in names}

    sheet = write_set(folder, changed)
    catalogue(sheet=sheet, **files("catalogue"), options=IMAGES)
    split(**files("catalogue", "regions"), options=SplitOptions(by=by, **SHARES), seed=SEED)
    micrographs(sheet=sheet, **files("catalogue", "regions", "micrographs"))
    windows = ChipOptions(size_px=CHIP, stride_px=8)
    read = files("catalogue", "regions", "micrographs", "chips", "counts")
    chips(**read, options=windows, seed=SEED)
    read = files("micrographs", "chips")
    imaged = files("grid", "coverage")
    grid_stage.grid(**read, **imaged, options=PersistenceOptions(), seed=SEED)
    compute(**read, **files("grid"), persistence=made["share"])
    merge(shards=(made["share"],), persistence=made["persistence"])
    outputs = {}
    for name in ("pinet", "none", "exact", "learned", "gan"):
        outputs[name] = {each: folder / name / each for each in ("weights", "history")}
    images = files("persistence")
    train_pinet(head="pooled", **read, **images, **outputs["pinet"], options=PINET, seed=SEED)
    flow = {**read, "replicate": 1, "options": FLOWS, "seed": SEED}
    train_flows(regularisation="none", **flow, **outputs["none"])
    train_flows(regularisation="exact", **flow, **images, **files("grid"), **outputs["exact"])
    pinet = outputs["pinet"]["weights"]
    train_flows(regularisation="pinet", **flow, pinet=pinet, **outputs["learned"])
    given = {**read, **files("catalogue"), "replicate": 1, "options": GAN, "seed": SEED}
    train_gan(**given, **outputs["gan"])

    rows, store = read_chips(made["chips"]), Micrographs(made["micrographs"])
    known = (rows["split"] != "test").to_numpy()
    training = rows[(rows["split"] == "train").to_numpy()]
    stored = read_values(open_store(made["persistence"]), "persistence_image")
    imaging = grid_stage.pi.read_imaging(made["grid"])
    features = measures(imaging, cut_chips(store, training))["KID"][1]
    found = {
        "grey range": content(grey_range(made["micrographs"])),
        "regions": content(unhashed(read_table(made["regions"]))),
        "chips": content(unhashed(rows[known])),
        "grid": content(read_table(made["grid"])),
        "persistence images": content(stored[known]),
        "texture scales": content(features(np.full((1, CHIP, CHIP), 7, np.uint8))),
    }
    for name, paths in outputs.items():
        tensors, model = load_weights(paths["weights"])
        history = read_table(paths["history"])
        timed = [each for each in history if "seconds" in each]
        found |= {f"{name} weights": content(tensors), f"{name} model": content(model)}
        found[f"{name} history"] = content(history.drop(columns=timed))
    images = read_table(made["catalogue"])[["micrograph", "image"]]
    regions = read_table(made["regions"]).merge(images)
    return found, content(cut_chips(store, rows[~known])), regions


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return what is fitted for a kind of split, where the chips of one split are changed."""
    folder = tmp_path_factory.mktemp("leaks")
    patch = pytest.MonkeyPatch()
    # the changed chips are far outside the grid, and would be refused
    patch.setattr(grid_stage, "REFUSED_SHARE", np.inf)

    @cache
    def run(by, changed=None):
        regions = None
        if changed:
            regions = run(by)[2]
            regions = regions[regions["split"] == changed]
            assert len(regions)
        return fitted(folder / f"{by} {changed}", by, regions)

    yield run
    patch.undo()


@pytest.mark.parametrize("by", ["specimen", "region"])
def test_what_is_fitted_does_not_depend_on_test_chips(made, by):
    """Grey range, grid, images, scales, weights and histories are the same, byte by byte."""
    before, after = made(by), made(by, "test")
    assert before[1] != after[1]
    assert {name for name, value in before[0].items() if after[0][name] != value} == set()


def test_what_is_fitted_depends_on_training_chips(made):
    """Everything but where chips lie changes with them: the test above can see a leak."""
    before, after = made("specimen"), made("specimen", "train")
    same = {name for name, value in before[0].items() if after[0][name] == value}
    assert same <= {"regions", "chips", "pinet model"}
