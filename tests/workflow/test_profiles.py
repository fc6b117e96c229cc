"""Profiles, overlays, environments and the schema: what a cluster user and an editor rely on."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from pspflow.config import Config, schema

ROOT = Path(__file__).parents[2]
workflow = [pytest.mark.workflow, pytest.mark.xdist_group("workflow")]


@pytest.mark.parametrize("profile", ["slurm", "lsf", "workflow/profiles/slurm", "cards"])
class TestProfile:
    """The profiles of schedulers and of a machine's cards, by links and by the long path.

    One study stands for all: which configuration is read does not depend on the target, and
    `make dry-runs` plans them all.
    """

    pytestmark = workflow

    def test_plans_paper_scale_by_default(self, checkout, profile):
        """`snakemake --profile slurm -n` in the root lists the paper-scale DAG."""
        targets = () if profile == "slurm" else ("temper",)
        run = checkout.snakemake("--profile", profile, "-n", *targets)
        assert run.returncode == 0, run.stdout
        paper = yaml.safe_load((ROOT / "workflow/config/paper.yaml").read_text())
        shards = paper["temper"]["persistence"]["shards"]
        assert re.search(rf"^persistence_compute +{shards}$", run.stdout, re.MULTILINE)
        assert "results/paper/temper/report.html" in run.stdout

    def test_a_users_configfile_wins(self, checkout, profile):
        """A --configfile replaces the profile's overlay, so nobody runs paper scale by accident."""
        files = ("--configfile", "tests/config.yaml")
        run = checkout.snakemake("--profile", profile, "-n", "temper", *files)
        assert run.returncode == 0, run.stdout
        assert "results/tests/temper/report.html" in run.stdout
        assert "results/paper" not in run.stdout


@pytest.fixture(scope="module")
def profiles():
    """Import what writes the lists of profiles, which is a script."""
    place = ROOT / "workflow/profiles/write.py"
    specification = importlib.util.spec_from_file_location("write_profiles", place)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_profiles_list_the_rules_that_ask_for_a_gpu(profiles):
    """The rules say it, `make profiles` writes it: one that is forgotten trains on a CPU."""
    for path in sorted((ROOT / "workflow/profiles").glob("*/config.yaml")):
        text = path.read_text()
        assert profiles.written(text, profiles.gpu_rules()) == text, f"{path}: make profiles"
    lsf = yaml.safe_load((ROOT / "workflow/profiles/lsf/config.yaml").read_text())
    asked = {name for name, more in lsf["set-resources"].items() if "-gpu" in more["lsf_extra"]}
    assert asked == set(profiles.gpu_rules())


def test_settings_of_gpu_jobs_survive_a_new_rule(profiles):
    """What a site has set at the first rule goes with the list, whichever rule is first."""
    text = (
        (ROOT / "workflow/profiles/lsf/config.yaml").read_text().replace("queue: gpu", "queue: v")
    )
    values = yaml.safe_load(profiles.written(text, ["another", "one"]))["set-resources"]
    asked = {"lsf_queue": "v", "lsf_extra": "'-gpu num=1'"}
    assert values == {"another": asked, "one": asked}


@pytest.mark.parametrize("profile", ["slurm", "lsf", "cards"])
def test_no_profile_sets_threads(profile):
    """Another number gives other last digits: where one is wanted, it is an option."""
    text = (ROOT / f"workflow/profiles/{profile}/config.yaml").read_text()
    assert not {"set-threads", "max-threads"} & set(yaml.safe_load(text))


@pytest.mark.parametrize("overlay", ["reference", "paper"])
def test_overlays_name_their_run(overlay):
    """No scale overwrites another's results."""
    values = yaml.safe_load((ROOT / f"workflow/config/{overlay}.yaml").read_text())
    assert values["run"] == overlay


def test_paper_overlay_plans_as_many_chips_as_the_paper():
    """Flows see the paper's 437,000 chips to within 2 % (temper paper, section 3.1)."""
    values = yaml.safe_load((ROOT / "workflow/config/paper.yaml").read_text())
    temper = Config.model_validate(values).temper
    images = temper.images
    along = (images.simulated.size_px - images.chips.size_px) // images.chips.stride_px + 1
    assert not temper.flows.paired
    micrographs = images.simulated.specimens  # each trains one domain
    assert micrographs * along**2 == pytest.approx(437_000, rel=0.02)


def test_schema_has_not_drifted():
    """The committed schema is the models' own: `make schema` writes it."""
    assert (ROOT / "workflow/schemas/config.schema.json").read_text() == schema()


def test_every_option_is_documented():
    """Each option has a sentence in the schema, which is what an editor shows."""
    document = yaml.safe_load(schema())
    models = {"Config": document, **document["$defs"]}
    for model, body in models.items():
        for name, field in body["properties"].items():
            described = document["$defs"].get(field.get("$ref", "").split("/")[-1], field)
            assert "description" in field or "description" in described, f"{model}.{name}"


@pytest.mark.parametrize(("name", "torch"), [("cpu", "+cpu"), ("gpu", "")])
def test_conda_environments_pin_what_pip_installs(name, torch):
    """Both ways of installing give the same versions of the same packages."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.match(r"[\w.-]+", spec)[0].lower() for spec in project["dependencies"]}
    lines = (ROOT / "envs/constraints.txt").read_text().splitlines()
    pins = dict(line.lower().split("==") for line in lines if "==" in line)
    environment = yaml.safe_load((ROOT / f"envs/{name}.yaml").read_text())
    installed = [spec for spec in environment["dependencies"][-1]["pip"] if spec[0] != "-"]
    versions = dict(spec.split("==") for spec in installed)
    assert set(versions) == wanted
    for package, version in versions.items():
        assert version == pins[package] + (torch if package == "torch" else ""), package
