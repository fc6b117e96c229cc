"""The front door: from which folder snakemake runs, and what it says of a wrong configuration."""

import pytest

from pspflow.config import Config

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("workflow")]
ONE_JOB = ("-n", "--cores", "1")


@pytest.fixture
def elsewhere(checkout):
    """Return a checkout whose snakemake runs in another folder, beside it."""
    (checkout.folder.parent / "elsewhere").mkdir()
    checkout.folder = checkout.folder.parent / "elsewhere"
    return checkout


@pytest.mark.parametrize(
    ("flags", "run_name"),
    [
        ((), "demo"),
        (("--profile", "../checkout/slurm"), "paper"),
        (("--profile", "{folder}/checkout/workflow/profiles/lsf"), "paper"),
        (("--configfile", "mine.yaml", "--profile", "{folder}/checkout/slurm"), "mine"),
    ],
)
def test_runs_from_any_folder(elsewhere, flags, run_name):
    """The checkout's configuration is found from anywhere; results lie where snakemake runs."""
    elsewhere.overlay("mine.yaml", {"run": "mine"})
    target = f"results/{run_name}/temper/images/catalogue.parquet"
    flags = [flag.format(folder=elsewhere.folder.parent) for flag in flags]
    run = elsewhere.snakemake(target, "-n", "-s", "../checkout/Snakefile", *flags)
    assert run.returncode == 0, run.stdout
    assert f"output: {target}" in run.stdout
    assert f"Working directory: {elsewhere.folder}\n" in run.stdout


def test_configuration_of_the_folder_counts(elsewhere):
    """A config.yaml where snakemake runs takes the place of the checkout's, as Snakemake has it."""
    elsewhere.overlay("config.yaml", {"run": "here", "seed": 5})
    target = "results/here/temper/images/simulated/sheet.csv"
    run = elsewhere.snakemake(target, *ONE_JOB, "-p", "-s", "../checkout/Snakefile")
    assert run.returncode == 0, run.stdout
    assert "--seed 5" in run.stdout


def test_another_directory(checkout):
    """`--directory` keeps the checkout's configuration, and does not fall back on defaults."""
    (checkout.folder / "config.yaml").unlink()
    checkout.overlay("config.yaml", {"seed": Config().seed + 7})
    target = "results/demo/temper/images/simulated/sheet.csv"
    run = checkout.snakemake(target, *ONE_JOB, "-p", "--directory", "../there")
    assert run.returncode == 0, run.stdout
    assert "--seed 7" in run.stdout


@pytest.mark.parametrize(
    ("name", "text", "flags", "sentence"),
    [
        (
            "config.yaml",
            "temper:\n  labels: {}\ntemper:\n  pinet: {}\n",
            (),
            "config.yaml lines 1 and 3: key 'temper' is given twice",
        ),
        (
            "mine.yaml",
            "seed: 1\nseed: 2\n",
            ("--configfile", "tests/config.yaml", "mine.yaml"),
            "mine.yaml lines 1 and 2: key 'seed' is given twice",
        ),
        (
            "mine.json",
            '{"temper": {"labels": {"folds": 3,\n"folds": 4}}}',
            ("--configfile", "mine.json"),
            "mine.json lines 1 and 2: key 'temper.labels.folds' is given twice",
        ),
        ("mine.yaml", "seed: 012\n", ("--configfile", "mine.yaml"), "which YAML reads as 10"),
        (
            "mine.yaml",
            "run: 2024-05-01\n",
            ("--configfile", "mine.yaml"),
            "'run' is 2024-05-01: input should be a valid string, but this is read as a date; "
            "quote it.",
        ),
        (
            "mine.yaml",
            "seed: 1\n",
            ("--config", "seed=1", "run=a", "seed=2"),
            "--config gives key 'seed' twice",
        ),
        (
            "mine.yaml",
            "seed: 1\n",
            ("--configfile", "mine.yaml", "--configfile", "tests/config.yaml"),
            "--configfile is given 2 times, and only the last would count",
        ),
    ],
)
def test_nothing_of_a_configuration_is_lost(checkout, name, text, flags, sentence):
    """What would be dropped or changed without a word stops the run before anything is planned."""
    (checkout.folder / name).unlink(missing_ok=True)
    (checkout.folder / name).write_text(text)
    run = checkout.snakemake("temper", *ONE_JOB, *flags)
    assert run.returncode != 0
    assert sentence in run.stdout
    assert "Traceback" not in run.stdout
    assert "Job stats" not in run.stdout


def test_sentence_of_a_failed_job_comes_last(checkout):
    """Snakemake lists every image when a job fails; what is wrong stands below that list, once."""
    rows = [f"i{number:03}.tif,t5,s{number}" for number in range(100)]
    for row in rows[:-1]:
        (checkout.folder / row.partition(",")[0]).write_bytes(b"no image")
    (checkout.folder / "sheet.csv").write_text("\n".join(["image,domain,specimen", *rows]))
    images = {"source": "micrographs", "domains": [{"name": "t5"}]}
    images["micrographs"] = {"sheet": "sheet.csv"}
    overlay = checkout.overlay("own.yaml", {"run": "own", "temper": {"images": images}})
    stale = checkout.folder / "results/own/temper/logs/stale.log"
    stale.parent.mkdir(parents=True)
    stale.write_text("12:00:00 Error: this was another run\n")
    run = checkout.snakemake("temper", "--cores", "1", "--configfile", overlay)
    assert run.returncode != 0
    _, _, end = run.stdout.rpartition("i098.tif\n")
    log = "results/own/temper/logs/images/catalogue.log"
    header, *sentences = end.partition("Failed, see ")[2].splitlines()
    assert header == f"{log}:"
    assert sentences[0].startswith("sheet.csv row 2: i000.tif: not a TIFF")
    assert "i000.tif, i001.tif" in run.stdout.removesuffix(end)
    assert end.count("sheet.csv row 2:") == 1
    assert "this was another run" not in run.stdout
