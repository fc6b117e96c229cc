"""The configuration: what it refuses names the key, and the shipped files are what they say."""

import datetime
import math
import re
from pathlib import Path

import pytest
import yaml

from pspflow.config import Config, given_options, load_config
from pspflow.errors import InputError
from pspflow.options import Options

ROOT = Path(__file__).parents[1]
OVERLAYS = sorted((ROOT / "workflow" / "config").glob("*.yaml"))


def merged(base, overlay):
    """Merge an overlay into a configuration, section by section, as Snakemake does."""
    if not (isinstance(base, dict) and isinstance(overlay, dict)):
        return overlay
    keys = {**base, **overlay}
    return {
        key: merged(base.get(key), overlay[key]) if key in overlay else base[key] for key in keys
    }


def read(path):
    """Read a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("values", "key", "words"),
    [
        ({"sed": 1}, "sed", "is unknown: check its spelling or remove it"),
        ({"temper": {"images": {"chips": {"size": 8}}}}, "temper.images.chips.size", "is unknown"),
        (
            {"temper": {"images": {"domains": [{"name": "t5"}, {}]}}},
            "temper.images.domains.1.name",
            "is missing: add it",
        ),
        ({"seed": "one"}, "seed", "is 'one': input should be a valid integer"),
        ({"seed": -1}, "seed", "is -1: input should be greater than or equal to 0"),
        ({"run": "a/b"}, "run", "is 'a/b': string should match"),
        ({"device": "gpu"}, "device", "'gpu' is no device; give auto, cpu, cuda, or one of"),
        ({"device": "cuda:x"}, "device", "'cuda:x' is no device"),
        (
            {"temper": {"images": {"chips": {"size_px": 4}}}},
            "temper.images.chips.size_px",
            "is 4: input should be",
        ),
        (
            {"temper": {"images": {"chips": []}}},
            "temper.images.chips",
            "is []: input should be a valid dictionary",
        ),
        (
            {"temper": {"persistence": {"birth_range": [9, 3]}}},
            "temper.persistence.birth_range",
            "is no range; give low and high",
        ),
        (
            {"temper": {"images": {"split": {"train": 0.9}}}},
            "temper.images.split",
            "are 0.9, 0.15 and 0.25; make them sum to 1",
        ),
        (
            {"temper": {"images": {"split": {"train": 0, "validation": 0, "test": 1}}}},
            "temper.images.split",
            "with train and validation above 0",
        ),
        (
            {"temper": {"images": {"split": {"train": 0.8, "validation": 0, "test": 0.2}}}},
            "temper.images.split",
            "with train and validation above 0",
        ),
        (
            {"temper": {"images": {"domains": [{"name": "steel"}]}}},
            "temper.images",
            "remove steel or set source to 'micrographs'",
        ),
        (
            {"temper": {"images": {"domains": [{"name": "t5"}, {"name": "t5"}]}}},
            "temper.images.domains",
            "'t5' is listed twice; remove one",
        ),
        (
            {"temper": {"images": {"source": "micrographs"}}},
            "temper.images",
            "set micrographs.sheet to your sheet",
        ),
        ({"temper": {"images": {"source": "files"}}}, "temper.images.source", "is 'files'"),
        ({"temper": None}, "temper", "is empty: input should be a valid dictionary; give a value"),
        ({"seed": None}, "seed", "is empty: input should be a valid integer; give a value or"),
        (
            {"run": None},
            "run",
            "is empty: input should be a valid string; give a value, quote",
        ),
        (
            {"temper": {"images": {"domains": ["t5"]}}},
            "temper.images.domains.0",
            "is 't5': input should be a valid dictionary; write keys with values, {KEY: VALUE}.",
        ),
        ({"temper.images": {}}, "temper.images", "holds a dot: nest the keys"),
        ({"Temper": {}}, "Temper", "is unknown"),
        ({"temper ": {}}, "temper ", "is unknown"),
        ({True: 3}, "True", "is unknown, and read as true or false, as are yes, no, on and off"),
        ({1: 3}, "1", "is unknown, and read as a number"),
        ({None: 3}, "null", "is unknown, and read as nothing, as are null and ~"),
        (
            {"temper": {"flows": {"regularisations": "exact"}}},
            "temper.flows.regularisations",
            "is 'exact': input should be a list; write it in brackets, [VALUE, VALUE]",
        ),
        (
            {"temper": {"flows": {"regularisations": None}}},
            "temper.flows.regularisations",
            "is empty: input should be a list; give a value or remove the key",
        ),
    ],
)
def test_fault_names_its_key(values, key, words):
    """A fault is one sentence that names the key, what stands there and what may."""
    with pytest.raises(InputError) as caught:
        load_config(values)
    sentence = str(caught.value)
    assert re.fullmatch(rf"Configuration key '{re.escape(key)}'[^\n]+\.", sentence)
    assert words in sentence


@pytest.mark.parametrize(
    ("written", "shown", "read"),
    [
        (datetime.date(2024, 5, 1), "2024-05-01", "a date"),
        (datetime.datetime(2024, 5, 1, 3, 30), "2024-05-01 03:30:00", "a date"),
        (12, "12", "a number"),
        (1.5, "1.5", "a number"),
        (True, "True", "true or false, as are yes, no, on and off"),
        (False, "False", "true or false, as are yes, no, on and off"),
    ],
)
@pytest.mark.parametrize(
    "key",
    [
        "run",
        "temper.images.domains.0.name",
        "temper.images.domains.0.label",
        "temper.images.micrographs.sheet",
        "composite.structures.stack.file",
        "composite.structures.stack.array",
    ],
)
def test_text_that_yaml_reads_otherwise(key, written, shown, read):
    """Names, columns and paths that look like a date, a number or a truth: quote them."""
    values = written
    for part in reversed(key.split(".")):
        name = {"name": "as_extruded"} if part == "label" else {}
        values = [values] if part == "0" else {**name, part: values}
    with pytest.raises(InputError) as caught:
        load_config(values)
    assert f"'{key}' is {shown}: input " in str(caught.value)
    assert str(caught.value).endswith(f"but this is read as {read}; quote it.")
    assert "pathlib" not in str(caught.value)


def numeric_keys(model, place=()):
    """Yield the keys of every number, list of numbers included, that a model holds."""
    for name, value in model:
        if isinstance(value, Options):
            yield from numeric_keys(value, (*place, name))
        elif not isinstance(value, bool | str | Path) and value is not None and not words(value):
            yield (*place, name), value


def words(value):
    """Tell whether a value is made of anything but numbers."""
    if isinstance(value, tuple):
        return not value or any(words(each) for each in value)
    return isinstance(value, bool) or not isinstance(value, int | float)


NUMBERS = dict(numeric_keys(Config()))


@pytest.mark.parametrize("key", NUMBERS, ids=".".join)
def test_numbers_are_numbers(key):
    """No number takes true for 1, nor infinity, nor what is no number, at whatever place."""

    def refused(value):
        for part in reversed(key):
            value = {part: value}
        with pytest.raises(InputError) as caught:
            load_config(value)
        return str(caught.value)

    def first(value, other):
        return (first(value[0], other), *value[1:]) if isinstance(value, tuple) else other

    place = ".".join(key)
    for truth in (True, False):
        given = first(NUMBERS[key], truth)
        assert refused(given) == (
            f"Configuration key '{place}' is {given!r}: input should be a number, not yes or no."
        )
    for number in (math.nan, math.inf, -math.inf):
        assert f"Configuration key '{place}" in refused(first(NUMBERS[key], number))


@pytest.mark.parametrize(
    ("given", "read"), [(3, 3), (3.0, 3), ("3", 3), ("3.0", 3), (2**32 - 1, 2**32 - 1)]
)
def test_seed_that_is_clear(given, read):
    """A whole number is one in any spelling; `--config` gives nested ones as text."""
    assert load_config({"seed": given}).seed == read


@pytest.mark.parametrize("given", [True, False, 0.5, "0.5", "yes", "1e3", "", None, [1], 2**32, -1])
def test_seed_that_is_not(given):
    """Nothing else is cut, rounded or counted as a seed."""
    with pytest.raises(InputError, match="'seed' is"):
        load_config({"seed": given})


@pytest.mark.parametrize("given", [True, 1, "yes", "on", "true", "True"])
def test_truth_that_is_clear(given):
    """Where yes or no is asked for, all their spellings serve; a number as text is read too."""
    flows = {"standardise": given, "learning_rate": "1e-3"}
    read = load_config({"temper": {"flows": flows}}).temper.flows
    assert read.standardise is True
    assert read.learning_rate == 1e-3


def test_every_fault_is_reported():
    """Several faults are reported at once, one line each."""
    with pytest.raises(InputError) as caught:
        load_config({"seed": -1, "sed": 1, "temper": {"images": {"chips": {"size_px": "big"}}}})
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"temper": {"images": {"micrographs": {"sheet": "own.csv"}}}}, "The sheet own.csv is not"),
        ({"composite": {"structures": {"stack": {"file": "own.npy"}}}}, "The stack own.npy is not"),
    ],
)
def test_users_data_that_are_not_used(caplog, values, words):
    """A file of one's own beside `source: simulated` is legal, but nobody misses it unawares."""
    load_config(values)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage().startswith(words)
    assert "since" in record.getMessage()


def test_default_file_is_the_defaults():
    """The root's config.yaml says what the model's defaults say, and leaves none out."""
    values = read(ROOT / "config.yaml")
    assert load_config(values) == Config()

    def keys(value):
        return {key: keys(inner) for key, inner in value.items()} if isinstance(value, dict) else 0

    assert keys(values) == keys(Config().model_dump())


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.stem)
def test_overlays_are_valid(overlay):
    """Each shipped overlay, merged over config.yaml, is valid and names a run of its own."""
    config = load_config(merged(read(ROOT / "config.yaml"), read(overlay)))
    assert config.run == overlay.stem
    assert config != Config()


@pytest.mark.parametrize("overlay", [*OVERLAYS, ROOT / "tests/config.yaml"], ids=lambda p: p.stem)
def test_given_options_make_the_configuration_again(overlay):
    """Those that differ from the defaults, over config.yaml, are the whole configuration."""
    defaults = read(ROOT / "config.yaml")
    config = load_config(merged(defaults, read(overlay)))
    given = given_options(config)
    assert load_config(merged(defaults, given)) == config
    assert given["run"] == config.run
    assert given_options(Config()) == {}
    assert len(str(given)) < len(str(config.model_dump(mode="json")))


def test_overlays_of_the_real_micrographs_are_valid():
    """Each upon those before it, as their commands name them."""
    values = read(ROOT / "config.yaml")
    for name in ("realdata", "realdata_flows", "realdata_gpu"):
        values = merged(values, read(ROOT / f"tests/{name}.yaml"))
        assert load_config(values).run == name


def test_shipped_overlays_exist():
    """The overlays that the documentation names are there."""
    assert {"paper", "reference"} <= {path.stem for path in OVERLAYS}
