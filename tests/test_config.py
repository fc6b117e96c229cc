"""The configuration: what it refuses names the key, and the shipped files are what they say."""

import re
from pathlib import Path

import pytest
import yaml

from pspflow.config import Config, load_config
from pspflow.errors import InputError

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
    ],
)
def test_fault_names_its_key(values, key, words):
    """A fault is one sentence that names the key, what stands there and what may."""
    with pytest.raises(InputError) as caught:
        load_config(values)
    sentence = str(caught.value)
    assert re.fullmatch(rf"Configuration key '{re.escape(key)}'[^\n]+\.", sentence)
    assert words in sentence


def test_every_fault_is_reported():
    """Several faults are reported at once, one line each."""
    with pytest.raises(InputError) as caught:
        load_config({"seed": -1, "sed": 1, "temper": {"images": {"chips": {"size_px": "big"}}}})
    assert len(str(caught.value).splitlines()) == 3


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


def test_overlays_of_the_real_micrographs_are_valid():
    """Both, one upon the other, as their commands name them."""
    values = read(ROOT / "config.yaml")
    for name in ("realdata", "realdata_flows"):
        values = merged(values, read(ROOT / f"tests/{name}.yaml"))
        assert load_config(values).run == name


def test_shipped_overlays_exist():
    """The overlays that the documentation names are there."""
    assert {"paper", "reference"} <= {path.stem for path in OVERLAYS}
