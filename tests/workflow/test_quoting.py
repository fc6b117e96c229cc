"""Nothing that a user writes reaches a shell unquoted: file names, sheets, configuration."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from pspflow.config import load_config
from pspflow.errors import InputError

ROOT = Path(__file__).parents[2]
NUMBERS = {"{threads}", "{params.seed}"}
"""What a command holds unquoted: whole numbers, which the configuration's model has checked."""
HOSTILE = {
    "semicolon": "a; touch canary;.tif",
    "substitution": "$(touch canary).tif",
    "backticks": "`touch canary`.tif",
    "single quote": "it's; touch canary '.tif",
    "double quote": 'say "; touch canary; ".tif',
    "ampersand": "a & touch canary & b.tif",
    "redirection": "a > canary | touch canary.tif",
    "line break": "a\ntouch canary\n.tif",
    "spaces": "two  spaces .tif",
    "leading dash": "--help.tif",
    "variable": "$HOME ~ * ? !.tif",
    "letters": "Gefüge 組織 é.tif",
}


def commands() -> dict[str, str]:
    """Return the text of every rule's command."""
    body = re.compile(r"^ *rule (\w+):$(.*?)(?=^ *rule |\Z)", re.MULTILINE | re.DOTALL)
    found = {}
    for path in (ROOT / "workflow/rules").rglob("*.smk"):
        for name, text in body.findall(path.read_text(encoding="utf-8")):
            if "shell:" in text:
                found[name] = "".join(re.findall(r'^ +"(.*)"$', text.split("shell:")[1], re.M))
    return found


def test_every_value_in_a_command_is_quoted():
    """A new rule whose command takes a path or an option as it stands fails here."""
    found = commands()
    assert len(found) > 80
    problems = [
        f"{rule}: {value}"
        for rule, command in found.items()
        for value in re.findall(r"\{[^}]*\}", command)
        if not value.endswith(":q}") and value not in NUMBERS
    ]
    assert problems == []
    assert all(command.startswith("pspflow --log {log:q} ") for command in found.values())


def images(checkout, names: dict[str, str]) -> str:
    """Write small images of two domains under hostile names, and a configuration of their sheet."""
    folder = checkout.folder / "my $(touch canary); `touch canary` 'images' é"
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = []
    for at, name in enumerate(names.values()):
        tifffile.imwrite(folder / name, rng.integers(0, 255, (64, 64)).astype(np.uint8))
        rows.append(
            {"image": name, "domain": DOMAINS[at % 2], "specimen": f"$(touch canary) {at};"}
        )
    pd.DataFrame(rows).assign(pixel_size_um=0.1).to_csv(folder / "a;b & c.csv", index=False)
    sheet = f"{folder.name}/a;b & c.csv"
    section = {
        "source": "micrographs",
        "micrographs": {"sheet": sheet},
        "domains": [{"name": name} for name in DOMAINS],
        "chips": {"size_px": 32, "stride_px": 32},
    }
    return checkout.overlay("hostile.yaml", {"temper": {"images": section}})


DOMAINS = ("b", "a")


@pytest.mark.faults
@pytest.mark.xdist_group("faults")
def test_hostile_names_are_names(checkout):
    """Images, folders and specimens may be called anything; no command of theirs runs."""
    overlay = images(checkout, HOSTILE)
    target = "results/tests/temper/images/section.json"
    flags = ("--configfile", "tests/config.yaml", overlay)
    run = checkout.snakemake("--cores", "2", target, *flags)
    assert run.returncode == 0, run.stdout
    assert list(checkout.folder.rglob("canary*")) == []
    catalogue = pd.read_parquet(checkout.folder / "results/tests/temper/images/catalogue.parquet")
    assert sorted(catalogue["image"]) == sorted(HOSTILE.values())
    assert all(name.startswith("$(touch canary) ") for name in catalogue["specimen"])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"temper": {"images": {"domains": [{"name": "<script>"}, {"name": "b"}]}}}, "domains.0"),
        ({"run": "../x"}, "'run'"),
        ({"run": "a/b"}, "'run'"),
        ({"run": "-rf"}, "'run'"),
        ({"run": "a b"}, "'run'"),
        ({"run": "$(touch canary)"}, "'run'"),
        ({"run": "a;touch canary"}, "'run'"),
        ({"device": "cpu; touch canary"}, "'device'"),
        ({"seed": "0; touch canary"}, "'seed'"),
        ({"temper": {"persistence": {"shards": "$(touch canary)"}}}, "shards"),
    ],
)
@pytest.mark.workflow
@pytest.mark.xdist_group("workflow")
def test_a_value_that_is_no_value_is_refused(values, said):
    """Names of runs lead nowhere else; what should be a number or a device is one."""
    with pytest.raises(InputError) as refused:
        load_config(values)
    (sentence,) = str(refused.value).splitlines()
    assert said in sentence


@pytest.mark.workflow
@pytest.mark.xdist_group("workflow")
def test_a_value_of_the_command_line_reaches_no_shell(checkout):
    """`--config run=...` is checked as a file's is, in one sentence."""
    run = checkout.snakemake("-n", "temper", "--config", "run=$(touch canary)")
    assert run.returncode != 0
    assert "Traceback" not in run.stdout
    assert "Configuration key 'run'" in run.stdout
    assert list(checkout.folder.rglob("canary*")) == []


@pytest.mark.workflow
@pytest.mark.xdist_group("workflow")
def test_braces_are_refused_by_name(checkout):
    """Snakemake takes braces for a wildcard: one sentence names the file and the column."""
    overlay = images(checkout, {"braces": "{wildcards.study}.tif", "plain": "b.tif"})
    run = checkout.snakemake("-n", "temper", "--configfile", "tests/config.yaml", overlay)
    assert run.returncode != 0
    assert "Traceback" not in run.stdout
    assert "column 'image': " in run.stdout
    assert "has braces" in run.stdout
