"""Digests in artefacts: whatever is damaged is named, and never read as if it were whole."""

import json
import os
import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io import digests
from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.digests import MARK, PLACEHOLDER, check, seal
from pspflow.io.headers import model_arguments
from pspflow.io.sections import read_section, write_section
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.io.weights import load_weights, save_weights

WRITE_ALL = """
import sys
from pathlib import Path
import numpy as np, pandas as pd, torch
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.sections import write_section
from pspflow.io.tables import write_table
from pspflow.io.weights import save_weights
folder = Path(sys.argv[1])
origin = Provenance("temper test", {"size_px": 8}, 0, {"sheet": "0" * 32, "chips": "1" * 32})
with new_store(folder / "a.zarr", origin) as store:
    for name in "bca":
        put_array(store, name, np.arange(60.0).reshape(5, 12), ("y", "x"), "m")
write_table(folder / "a.parquet", pd.DataFrame({"a": range(9), "b": list("abcabcabc")}), origin)
tensors = {name: torch.arange(5.0) for name in "hgfedcba"}
save_weights(folder / "a.safetensors", tensors, {"b": 1, "a": {"d": 2, "c": 3}}, origin)
write_section(folder / "section.json", '{"title": "A", "text": "B"}', origin)
"""


def write_store(path, origin):
    values = np.random.default_rng(0).integers(0, 255, (40, 30)).astype(np.uint8)
    with new_store(path, origin) as store:
        put_array(store, "values", values, ("y", "x"), "grey level")
        store.attrs["threshold"] = 0.25


def read_store(path):
    store = open_store(path)
    return dict(store.attrs), dict(store["values"].attrs), read_values(store, "values").tolist()


def write_rows(path, origin):
    values = np.random.default_rng(0).normal(size=200)
    write_table(path, pd.DataFrame({"name": [f"s{i}" for i in range(200)], "y": values}), origin)


def read_rows(path):
    return table_provenance(path), read_table(path).to_csv()


def write_tensors(path, origin):
    save_weights(path, {"a": torch.arange(200.0), "b": torch.ones(3, 5)}, {"rate": 0.25}, origin)


def read_tensors(path):
    tensors, model = load_weights(path)
    named = {name: (str(each.dtype), each.tolist()) for name, each in tensors.items()}
    return named, model, model_arguments(path)


def write_text(path, origin):
    write_section(
        path, json.dumps({"title": "A", "text": [f"it is {i}" for i in range(40)]}), origin
    )


FORMATS = {
    "table": ("a.parquet", write_rows, read_rows),
    "weights": ("a.safetensors", write_tensors, read_tensors),
    "section": ("section.json", write_text, read_section),
    "store": ("a.zarr", write_store, read_store),
    "chunk": ("a.zarr", write_store, read_store),
}


@pytest.fixture(params=FORMATS)
def artefact(request, tmp_path, provenance):
    """Return an artefact, the file in it that is to be damaged, and its reader."""
    name, write, read = FORMATS[request.param]
    path = tmp_path / name
    write(path, provenance)
    inside = {"store": "zarr.json", "chunk": "values/c/0/0"}.get(request.param)
    return path, path / inside if inside else path, read


def refused(path, read):
    """Read an artefact that is damaged; it must be named in one sentence with the remedy."""
    with pytest.raises(InputError) as caught:
        read(path)
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert "\n" not in sentence
    assert "copy it again" in sentence
    assert "delete it" in sentence
    return sentence


def test_a_seal_that_is_wiped_out(artefact):
    """Zeros over the seal, or over its mark, do not make an artefact one without a seal."""
    path, file, read = artefact
    file = path / "zarr.json" if path.is_dir() else file
    content = file.read_bytes()
    start = content.index(MARK)
    for end in (start + 1, start + len(MARK), start + len(PLACEHOLDER)):
        file.write_bytes(content[:start] + b"0" * (end - start) + content[end:])
        assert "its digest cannot be read" in refused(path, read)
    file.write_bytes(content)
    read(path)


@pytest.mark.fault(
    "a bit of an artefact flips",
    "the stage that reads it stops and names the file: delete it and run again",
    "the damaged artefact, which its rule makes again",
)
def test_a_flipped_bit_is_never_read_as_good(artefact):
    """Wherever it is, the artefact is refused, or what is read is what was written."""
    path, file, read = artefact
    good, whole = read(path), file.read_bytes()
    draw = random.Random(0)
    sentences = []
    for _ in range(60):
        place, bit = draw.randrange(len(whole)), draw.randrange(8)
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        try:
            # nothing but the mark of the digest, and blanks that fill a header, may be changed
            assert read(path) == good, f"bit {bit} of byte {place}"
        except InputError as error:
            sentences.append(str(error))
    assert len(sentences) > 50
    assert all(str(path) in each and "\n" not in each for each in sentences)
    file.write_bytes(whole)
    assert read(path) == good


@pytest.mark.fault(
    "an artefact is cut short",
    "the stage that reads it stops and names the file: delete it and run again",
    "the damaged artefact, which its rule makes again",
)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_part_of_an_artefact(artefact, share):
    """One that is cut short is named, in one sentence."""
    path, file, read = artefact
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    refused(path, read)


def test_content_of_another_artefact(artefact):
    """Content that the format takes as valid, but that was not written, is refused."""
    path, file, read = artefact
    if file.parent != path.parent and file.name != "zarr.json":
        pytest.skip("a chunk has a checksum of its own")
    whole = file.read_bytes()
    changed = whole.replace(b"temper test", b"temper tost").replace(b"size_px", b"size_py")
    assert changed != whole
    assert len(changed) == len(whole)
    file.write_bytes(changed)
    assert "digest" in refused(path, read)


def test_artefacts_without_a_seal_are_read(artefact, monkeypatch, provenance):
    """Those of older versions have none, and no field for one."""
    path, _, read = artefact
    good = read(path)
    monkeypatch.setattr(digests, "MARK", b"no such mark in any file")
    monkeypatch.setattr(digests, "KEY", "no such field")
    assert read(path) == good


@pytest.mark.parametrize("before", [0, 1, 90, 99, 100, 101, 150, 200, 1000])
@pytest.mark.parametrize("after", [0, 1, 99, 1000])
def test_the_digest_may_lie_anywhere(tmp_path, monkeypatch, before, after):
    """Also across the border of the blocks in which a file is read; every byte counts."""
    monkeypatch.setattr(digests, "READ_BYTES", 100)
    path = tmp_path / "file"
    path.write_bytes(b"a" * before + PLACEHOLDER.encode() + b"b" * after)
    seal(path)
    check(path)
    whole = path.read_bytes()
    assert PLACEHOLDER.encode() not in whole
    for place in (*range(before), *range(before + len(MARK), len(whole))):
        if place % 7 == 0 or place + 1 == len(whole):
            path.write_bytes(whole[:place] + b"X" + whole[place + 1 :])
            with pytest.raises(InputError, match="its digest is not that of its content"):
                check(path)


@pytest.mark.parametrize("text", ["", "nothing", "pspflow-digest:0123", "sealed"])
def test_only_a_placeholder_is_sealed(tmp_path, text):
    """A file without one, or one that is sealed, is an error of the program."""
    path = tmp_path / "file"
    path.write_text(PLACEHOLDER if text == "sealed" else text)
    if text == "sealed":
        seal(path)
    with pytest.raises(ValueError, match="no placeholder"):
        seal(path)


def test_same_inputs_same_bytes_in_every_process(tmp_path):
    """Two processes whose hashes of text differ write the same bytes, weights included."""
    running = []
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        command = [sys.executable, "-c", WRITE_ALL, str(tmp_path / seed)]
        running.append(subprocess.Popen(command, env={**os.environ, "PYTHONHASHSEED": seed}))
    assert [process.wait() for process in running] == [0, 0]
    written = []
    for folder in (tmp_path / "1", tmp_path / "2"):
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        written.append({file.relative_to(folder).as_posix(): file.read_bytes() for file in files})
    assert {"a.parquet", "a.safetensors", "section.json", "a.zarr/zarr.json"} <= set(written[0])
    assert written[0] == written[1]
