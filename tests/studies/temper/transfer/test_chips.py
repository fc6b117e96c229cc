"""Held-out chips are transferred by flows, and chips are drawn from noise."""

import numpy as np
import pandas as pd
import torch

from pspflow.io.arrays import new_store
from pspflow.io.imagesets import Micrographs, put_micrograph, read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.io.weights import save_weights
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.microstructure.loader import cut_chips
from pspflow.models.multiflow import MultiDomainFlow, from_levels
from pspflow.studies.temper.flows.trained import load_flow, transfer
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.stages.chips import SAMPLES
from pspflow.studies.temper.transfer.stages.chips import chips as stage
from pspflow.studies.temper.transfer.synthetic import Synthetic
from pspflow.training.devices import chosen_device

EDGE = 16
DOMAINS = {"raw": (60, 4), "aged": (90, 12), "over aged": (120, 25)}


def build(folder, provenance):
    """Write micrographs and their chips."""
    rng, rows = np.random.default_rng(0), []
    region = {"row_start": 0, "row_stop": 48, "column_start": 0, "column_stop": 48}
    with new_store(folder / "micrographs.zarr", provenance) as store:
        for domain, (mean, spread) in DOMAINS.items():
            for split in ("train", "test"):
                pixels = rng.normal(mean, spread, (48, 48)).clip(0, 255).astype(np.uint8)
                name = f"{split} {domain}"
                image = {"micrograph": name, "specimen": split, "domain": domain, "image": name}
                put_micrograph(store, pd.Series({**image, "pixel_size_um": 0.1}), pixels)
                rows.append(chip_rows(grid_windows(region, EDGE, 8), EDGE, image, split))
    write_table(folder / "chips.parquet", pd.concat(rows), provenance)


def put_flow(folder, provenance):
    """Store flows whose activations are normalised by training chips, but that are not trained."""
    torch.manual_seed(0)
    model = {"domains": list(DOMAINS), "architecture": "glow", "size_px": EDGE}
    flow = MultiDomainFlow(**model, width=4, couplings=1)
    rows, store = read_chips(folder / "chips.parquet"), Micrographs(folder / "micrographs.zarr")
    for name in DOMAINS:
        here = rows[(rows["domain"] == name) & (rows["split"] == "train")]
        flow[name](from_levels(torch.from_numpy(cut_chips(store, here))))
    model |= {"width": 4, "couplings": 1}
    save_weights(folder / "weights.safetensors", flow.state_dict(), {"flow": model}, provenance)


def test_held_out_chips_are_transferred_in_every_direction(tmp_path, provenance):
    """Sources are held out, each direction has their transfers, and transfers can be undone."""
    build(tmp_path, provenance)
    put_flow(tmp_path, provenance)
    stage(
        weights=tmp_path / "weights.safetensors",
        micrographs=tmp_path / "micrographs.zarr",
        chips=tmp_path / "chips.parquet",
        synthetic=tmp_path / "synthetic.zarr",
        checks=tmp_path / "checks.parquet",
        options=TransferOptions(chips_per_specimen=10),
    )
    made = Synthetic(tmp_path / "synthetic.zarr", tmp_path / "chips.parquet")
    rows = read_chips(tmp_path / "chips.parquet")
    flow = load_flow(tmp_path / "weights.safetensors", chosen_device())
    back = {}
    for a in DOMAINS:
        sources = rows.iloc[made.sources(a)]
        assert set(sources["domain"]) == {a}
        assert set(sources["split"]) == {"test"}
        assert len(sources) == 10
        assert made.samples(a).shape == (SAMPLES, EDGE, EDGE)
        pixels = cut_chips(Micrographs(tmp_path / "micrographs.zarr"), sources)
        for b in set(DOMAINS) - {a}:
            there = made.transferred(a, b)
            np.testing.assert_array_equal(there, transfer(flow, pixels, a, b))
            error = np.abs(transfer(flow, there, b, a).astype(float) - pixels).mean()
            back[a] = max(back.get(a, 0.0), error)
    checks = read_table(tmp_path / "checks.parquet")
    assert checks["domain"].tolist() == list(DOMAINS)
    assert (checks["round_trip_error"] < 1e-3).all()
    np.testing.assert_allclose(checks["round_trip_8bit_grey"], list(back.values()))
    assert checks["bits_per_pixel"].between(1, 9).all()
