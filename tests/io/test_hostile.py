"""Files from a stranger cannot run code: each goes through the command that a user would run."""

import ast
import json
import os
import pickle
import re
import struct
from pathlib import Path

import numcodecs
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
import zarr
from packaging.version import Version

import pspflow
from pspflow import cli
from pspflow.errors import InputError
from pspflow.io.foreign import check_objects
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.weights import load_tensors
from pspflow.studies import registry

SOURCES = sorted(Path(pspflow.__file__).parent.rglob("*.py"))
EDGE = 8


class Payload:
    """Makes a file when it is unpickled."""

    def __init__(self, canary):
        self.canary = str(canary)

    def __reduce__(self):
        """Name what runs."""
        return os.mkdir, (self.canary,)


@pytest.fixture
def payload(tmp_path):
    """Return a payload that works, and check at the end that nothing ran it."""
    canary = tmp_path / "canary"
    made = Payload(canary)
    pickle.loads(pickle.dumps(made))
    canary.rmdir()  # it works
    yield made
    assert not canary.exists()


@pytest.fixture
def refused(caplog):
    """Return a function that runs a command, which must end with one sentence, and returns it."""

    def run(*tokens):
        caplog.clear()
        for study in registry.studies():  # commands of the run before, in this process
            if study in cli.app:
                del cli.app[study]
        with pytest.raises(SystemExit) as caught:
            cli.app.meta([*map(str, tokens)])
        assert caught.value.code == 1
        (sentence,) = [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]
        assert "Traceback" not in sentence
        assert "\n" not in sentence
        return sentence

    return run


def importing(stack, folder):
    """Write the command that stores a user's structures."""
    made = {name: folder / "made" / name for name in ("structures", "table", "phases")}
    flags = [part for name, path in made.items() for part in (f"--{name}", path)]
    moduli = folder / "moduli.csv"
    moduli.write_text("phase,young_gpa,poisson\n0,1,0.3\n1,50,0.3\n")
    flags += ["--moduli", moduli]
    return ["composite", "structures", "import-structures", "--stack", stack, *flags]


def metadata_v2(**changed):
    """Write the metadata of an array of version 2."""
    shape = [9, EDGE, EDGE, EDGE]
    whole = {
        **{"zarr_format": 2, "shape": shape, "chunks": shape, "dtype": "|O", "order": "C"},
        **{"fill_value": None, "compressor": None, "filters": [{"id": "pickle", "protocol": 5}]},
    }
    return json.dumps({**whole, **changed})


def pickled_array(path, payload, **changed):
    """Write an array of version 2 whose only chunk is a pickle."""
    path.mkdir(parents=True)
    (path / ".zarray").write_text(metadata_v2(**changed))
    (path / "0.0.0.0").write_bytes(pickle.dumps(payload))


@pytest.mark.parametrize("place", ["", "phase", "one/phase", "structure"])
@pytest.mark.parametrize("consolidated", [False, True])
def test_zarr_with_a_pickle(tmp_path, payload, refused, place, consolidated):
    """The array itself, one in a group, in a nested group, and a coordinate of it."""
    path = tmp_path / "stack.zarr"
    pickled_array(path / place, payload)
    for folder in ("", "one") if place else ():
        if (path / folder).is_dir():
            (path / folder / ".zgroup").write_text('{"zarr_format": 2}')
    if place and consolidated:
        known = {".zgroup": {"zarr_format": 2}, f"{place}/.zarray": json.loads(metadata_v2())}
        text = json.dumps({"zarr_consolidated_format": 1, "metadata": known})
        (path / ".zmetadata").write_text(text)
    sentence = refused(*importing(path, tmp_path), "--array", place or "phase")
    assert "stack.zarr: " in sentence
    assert "'pickle', which may run code" in sentence


@pytest.mark.parametrize(
    "changed",
    [
        {"filters": None},
        {"dtype": [["a", "|O"]], "filters": None},
        {"filters": [{"id": "json2"}]},
        {"dtype": "|u1", "filters": None, "compressor": {"id": "pickle"}},
        {"dtype": "|u1", "filters": [{"id": "delta"}, {"id": "numcodecs.pickle"}]},
    ],
    ids=str,
)
def test_objects_of_zarr(tmp_path, payload, refused, changed):
    """Objects without a codec for text, and pickles of any type, are refused."""
    pickled_array(tmp_path / "stack.zarr", payload, **changed)
    assert "which may run code" in refused(*importing(tmp_path / "stack.zarr", tmp_path))


@pytest.mark.parametrize("codec", ["numcodecs.pickle", "no_such_codec"])
@pytest.mark.parametrize("inside", [False, True])
def test_zarr_of_version_3(tmp_path, refused, codec, inside):
    """A codec that runs code or is unknown, also within the shards."""
    path = tmp_path / "stack.zarr"
    shape = (9, EDGE, EDGE, EDGE)
    zarr.create_array(path, shape=shape, shards=shape, chunks=shape, dtype="u1", fill_value=0)
    known = json.loads((path / "zarr.json").read_text())
    codecs = known["codecs"][0]["configuration"]["codecs"] if inside else known["codecs"]
    codecs.append({"name": codec, "configuration": {}})
    (path / "zarr.json").write_text(json.dumps(known))
    assert "stack.zarr" in refused(*importing(path, tmp_path))


@pytest.mark.parametrize("name", ["zarr.json", ".zarray", ".zmetadata"])
def test_metadata_that_are_nested_deeply(tmp_path, refused, name):
    """They exhaust no stack."""
    path = tmp_path / "stack.zarr"
    path.mkdir()
    (path / name).write_text("[" * 100_000 + "]" * 100_000)
    assert "nested too deeply" in refused(*importing(path, tmp_path))


def test_texts_beside_a_stack_are_no_objects(tmp_path):
    """Ids as text are objects of version 2 too, with a codec of their own."""
    group = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=2)
    group.create_array("structure", data=np.array(["a", "b"], dtype=np.dtypes.StringDType()))
    group.attrs["dtype"] = "|O"
    group.attrs["codecs"] = "pickle"
    assert json.loads((tmp_path / "a.zarr/structure/.zarray").read_text())["dtype"] == "|O"
    check_objects(tmp_path / "a.zarr")


@pytest.mark.parametrize("kind", ["object array", "pickle", "archive"])
def test_npy_with_a_pickle(tmp_path, payload, refused, kind):
    """None of them is opened."""
    path = tmp_path / "stack.npy"
    held = np.array([payload], dtype=object)
    with path.open("wb") as file:
        match kind:
            case "object array":
                np.save(file, held, allow_pickle=True)
            case "pickle":
                pickle.dump(payload, file)
            case _:
                np.savez(file, phase=held)
    assert "stack.npy: " in refused(*importing(path, tmp_path))


def header(text, data=b"", length=None):
    """Write a file in the format of safetensors."""
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(*offsets):
    """Write the header of a file of weights with two tensors."""
    tensors = {name: {"dtype": "U8", "shape": [4], "data_offsets": each} for name, each in offsets}
    return json.dumps({"__metadata__": {"model": "{}"}, **tensors}).encode()


HOSTILE = {
    "empty": b"",
    "huge header": header(b"{}", length=2**63),
    "header beyond the end": header(b"{}", length=10_000),
    "no JSON": header(b"import os"),
    "a list": header(b"[1, 2]"),
    "deep": header(b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "overlap": header(entry(("a", [0, 4]), ("b", [2, 6])), bytes(6)),
    "beyond": header(entry(("a", [0, 4]), ("b", [4, 2**40])), bytes(8)),
    "negative": header(entry(("a", [-4, 0]), ("b", [0, 4])), bytes(8)),
    "backwards": header(entry(("a", [4, 0]), ("b", [4, 8])), bytes(8)),
    "texts": header(entry(("a", ["0", "4"]), ("b", [4, 8])), bytes(8)),
    "model": header(b'{"__metadata__":{"model":"__import__(\'os\')"}}'),
    "deep model": header(json.dumps({"__metadata__": {"model": "[" * 90_000}}).encode()),
    "no model": header(b'{"__metadata__":{}}'),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_weights(tmp_path, refused, content):
    """Whatever a file says of its tensors, it is named in one sentence."""
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    np.save(tmp_path / "stack.npy", np.zeros((2, EDGE, EDGE, EDGE), np.uint8))
    arguments = ["--model", path, "--out", tmp_path / "out.csv", tmp_path / "stack.npy"]
    assert "weights.safetensors" in refused("composite", "predict", *arguments)


@pytest.mark.parametrize("form", ["torch", "old torch", "pickle"])
def test_weights_with_a_pickle(tmp_path, payload, form):
    """Weights that a user brings, VGG's for example, are tensors or nothing."""
    path = tmp_path / "vgg.pt"
    held = {"features.0.weight": torch.ones(2), "payload": payload}
    if form == "pickle":
        path.write_bytes(pickle.dumps(held))
    else:
        torch.save(held, path, _use_new_zipfile_serialization=form == "torch")
    with pytest.raises(InputError, match=r"vgg\.pt: not a file of weights"):
        load_tensors(path)


def cataloguing(sheet, folder):
    """Write the command that reads a user's sheet."""
    options = {"domains": [{"name": "t5", "label": "uts"}]}
    made = ["--catalogue", folder / "catalogue.parquet", "--options", json.dumps(options)]
    return ["temper", "images", "catalogue", "--sheet", sheet, *made]


def test_parquet_with_a_pickle(tmp_path, payload, refused):
    """Extension types and pandas' metadata that hold a pickle are not loaded."""
    extension = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": pickle.dumps(payload),
    }
    field = pa.field("image", pa.string(), metadata=extension)
    schema = pa.schema([field, pa.field("domain", pa.string())], metadata={b"pandas": b"{[("})
    path = tmp_path / "sheet.parquet"
    pq.write_table(pa.table([["a.tif"], ["t5"]], schema=schema), path)
    assert "sheet.parquet: " in refused(*cataloguing(path, tmp_path))


@pytest.mark.parametrize("cell", ["=1+1", "=cmd|'/C calc'!A0", "@SUM(1)", "+1", "$(touch canary)"])
def test_formulas_are_text(tmp_path, refused, cell):
    """A cell is quoted as it is written, and never computed."""
    for place, name in enumerate(("a.tif", "b.tif")):
        levels = np.arange(EDGE**2, dtype=np.uint8).reshape(EDGE, EDGE) + place
        write_tiff(tmp_path / name, levels.astype(np.uint8), None, "")
    path = tmp_path / "sheet.csv"
    rows = {"image": ["a.tif", "b.tif"], "domain": ["t5", cell], "specimen": ["s", "t"]}
    pd.DataFrame({**rows, "uts": [1, 2]}).to_csv(path, index=False)
    assert cell in refused(*cataloguing(path, tmp_path))


def test_the_required_numcodecs_is_installed():
    """Older versions unpickle what a store holds, also through zarr itself."""
    assert Version(numcodecs.__version__) >= Version("0.16.6")


BUILTINS = {"eval", "exec", "compile", "__import__"}
NAMES = {"system", "popen", "read_pickle", "to_pickle", "unsafe_load", "full_load", "Unpickler"}
SUSPECT = re.compile(
    r"pickle|dill|shelve|marshal|load|system|popen|shell|(eval|exec|compile)\(|__imp"
)
MODULES = {"pickle", "dill", "cloudpickle", "shelve", "marshal"}


def faults(path):
    """List the calls of a source that may run what a file or an option holds."""
    text = path.read_text(encoding="utf-8")
    if not SUSPECT.search(text):  # parsing all of them takes time
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module in {*MODULES, "joblib", "torch"}:
            yield from ({"load", "loads", "Unpickler"} & {each.name for each in node.names})
        if not isinstance(node, ast.Call):
            continue
        owner = getattr(getattr(node.func, "value", None), "id", "")
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        call = f"{owner}.{name}" if isinstance(node.func, ast.Attribute) else name
        given = {each.arg: getattr(each.value, "value", None) for each in node.keywords}
        safe = {"np.load": ("allow_pickle", False), "torch.load": ("weights_only", True)}.get(call)
        if (
            call in {*BUILTINS, "joblib.load", "yaml.load", "numpy.load"}
            or name in NAMES
            or owner in MODULES
            or given.get("shell") is True
            or given.get("allow_pickle") is True
            or (safe and given.get(safe[0]) is not safe[1])
        ):
            yield call


def test_no_source_unpickles(tmp_path):
    """The package has no call that runs what a file or an option holds."""
    assert len(SOURCES) > 300
    assert {path: found for path in SOURCES if (found := list(faults(path)))} == {}
    bad = ["eval('1')", "pickle.load(f)", "np.load(p)", "torch.load(p)", "yaml.load(f)"]
    bad += ["from torch import load", "np.load(p, allow_pickle=True)", "run(c, shell=True)"]
    for line in bad:
        (tmp_path / "bad.py").write_text(line)
        assert list(faults(tmp_path / "bad.py")), line
