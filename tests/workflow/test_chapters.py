"""A chapter has one name everywhere: knowing one of its places is knowing all of them."""

import re
from pathlib import Path

import pytest

from pspflow.config import Config
from pspflow.studies import registry

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("chapters")]
ROOT = Path(__file__).parents[2]
OF_USERS = ("import-structures", "import-textures", "inpaint")
"""Stages of a user's own data; the tests simulate theirs."""
LENT = {
    "composite_networks_train": {"composite_trials_train"},
    "steel_images_chips": {"arena_chips_plan"},
    "steel_morphology_measure": {"arena_chips_measure"},
    "steel_codes_train": {"arena_models_codes"},
    "steel_codes_encode": {"arena_models_encode"},
    "steel_prior_train": {"arena_models_prior"},
    "latent_networks_train": {"arena_models_latent"},
    "temper_flows_train": {"arena_models_flow"},
}
"""Rules of later chapters that run the stage of an earlier one, whose rule is named first."""
CHAPTERS = [(study, name) for study in registry.studies() for name in registry.chapters(study)]


def homes(study, chapter, folder, suffix=""):
    """List the places of a chapter that exist: in its study, or in what studies share."""
    places = (ROOT / folder / part / f"{chapter}{suffix}" for part in (study, "shared"))
    return [path for path in places if path.exists()]


@pytest.fixture(scope="module")
def planned(plan_of):
    """Return what a dry run of all studies would make and run, with its commands."""
    return plan_of("tests/config.yaml").text


@pytest.mark.parametrize(("study", "chapter"), CHAPTERS)
def test_a_chapter_has_one_name_everywhere(study, chapter, planned):
    """Package, rules, config section, results, tests and commands; its section is in the report."""
    assert homes(study, chapter, "src/pspflow/studies"), "no package"
    assert homes(study, chapter, "workflow/rules", ".smk"), "no rules file"
    assert homes(study, chapter, "tests/studies"), "no tests folder"
    assert chapter in Config.model_fields[study].annotation.model_fields, "no config section"
    assert f"results/tests/{study}/{chapter}/section.json" in planned, "no section"
    outputs = re.findall(r"^    output: (.*)$", planned, re.MULTILINE)
    folders = {tuple(path.split("/")[:4]) for line in outputs for path in line.split(", ")}
    assert ("results", "tests", study, chapter) in folders, "no results folder"
    assert f"--sections {registry.chapters(study)[0]}=" in planned


@pytest.mark.parametrize(("study", "chapter"), CHAPTERS)
def test_every_stage_is_one_command_and_one_rule(study, chapter, planned):
    """The command of a stage is run by the rule of its name, and by no other."""
    jobs = re.findall(r"^(?:local)?rule (\w+):$(.*?)(?=^\[|\Z)", planned, re.MULTILINE | re.DOTALL)
    for command in registry.stages(study, chapter):
        runs = {rule for rule, body in jobs if f" {study} {chapter} {command.name} " in body}
        if command.name in OF_USERS:
            continue
        stage = command.name.replace("-", "_")
        runs -= LENT.get(f"{study}_{chapter}_{stage}", set())
        assert len(runs) == 1, f"{command.name}: {runs}"
        assert runs <= {f"{study}_{chapter}_{stage}", f"{chapter}_{stage}"}


def test_no_two_rules_files_set_one_name():
    """Names of all files are one space, and functions look them up late: the last would count."""
    places = {}
    for path in sorted((ROOT / "workflow/rules").rglob("*.smk")):
        for name in set(
            re.findall(r"^([A-Z][A-Z0-9_]*)(?:, [A-Z_]+)* \+?= ", path.read_text(), re.M)
        ):
            places.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
