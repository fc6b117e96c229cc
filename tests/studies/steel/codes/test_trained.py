"""Trained models of codes: what encodes and decodes, and the store of codes."""

import numpy as np
import pytest
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.microstructure.loader import cut_chips
from pspflow.studies.steel.codes import trained as module
from pspflow.studies.steel.codes.stages.encode import encode
from pspflow.studies.steel.codes.trained import load_codes

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["vq", "fsq"])
def test_a_loaded_model_encodes_and_decodes(models, steel_set, name, monkeypatch):
    """Shapes, types, and the same result whatever the batches."""
    model = load_codes(models[name].weights, CPU)
    chips = cut_chips(Micrographs(steel_set.micrographs), read_chips(steel_set.chips).iloc[:7])
    codes = model.encode(chips)
    assert (codes.shape, codes.dtype) == ((7, 4, 4), np.int64)
    assert codes.max() < model.codes == len(model.codebook)
    decoded, latents = model.decode(codes.astype(np.uint16)), model.latents(chips)
    assert (decoded.shape, decoded.dtype) == (chips.shape, np.uint8)
    assert latents.shape == (7, model.codebook.shape[1], 4, 4)
    assert (latents.dtype, model.codebook.dtype, model.step_px) == (np.float32, np.float32, 8)
    monkeypatch.setitem(module.PIXELS_AT_ONCE, "cpu", 2 * chips[0].size)
    assert np.array_equal(model.encode(chips), codes)
    assert np.array_equal(model.decode(codes), decoded)


def test_codes_are_those_of_the_chips_and_of_their_mirror_images(models, steel_set, tmp_path):
    """Each map belongs to the row of the table that its position names."""
    encode(
        weights=models["vq"].weights,
        micrographs=steel_set.micrographs,
        chips=steel_set.chips,
        codes=tmp_path / "codes.zarr",
        chips_per_micrograph=2,
        device="cpu",
    )
    store = open_store(tmp_path / "codes.zarr")
    codes, position = read_values(store, "codes"), read_values(store, "position")
    assert (codes.dtype, codes.shape) == (np.uint16, (30, 2, 4, 4))
    rows = read_chips(steel_set.chips).iloc[position]
    assert (rows.groupby("micrograph", observed=True).size() == 2).all()
    chips = cut_chips(Micrographs(steel_set.micrographs), rows)
    model = load_codes(models["vq"].weights, CPU)
    assert np.array_equal(codes[:, 0], model.encode(chips))
    assert np.array_equal(codes[:, 1], model.encode(chips[:, :, ::-1]))
    assert store.attrs["codes"] == 12
