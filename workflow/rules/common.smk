# What all studies share.
# Needs: the merged configuration (config.yaml, overlays, command line).
# Makes: CONFIG, the validated configuration; OUT, the folder of the run; STUDIES and RULES_FILES,
# which come from the registry; helpers that write options, flags, memory and shares.

import shlex
import sys
import time
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.io import contains_wildcard

# jobs run the package of this checkout with the python of their own environment, so that an
# environment made by --sdm conda needs the dependencies only
SOURCE = ROOT / "src"
sys.path.insert(0, str(SOURCE))
QUOTED = shlex.quote(str(SOURCE)).replace("{", "{{").replace("}", "}}")
# the last digits of sums and products depend on the number of threads: what a scheduler, a profile or
# --cores gives a job decides nothing. A stage sets another number where its options have one
ONE_THREAD = (
    "export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 "
    "VECLIB_MAXIMUM_THREADS=1"
)
shell.prefix(
    f'{ONE_THREAD}; export PYTHONPATH={QUOTED}; pspflow() {{{{ python -m pspflow "$@"; }}}}; '
)

from pspflow.options import Options

# every job reads these files again: what options mean is for people, and takes a fifth of a second
Options.model_config["use_attribute_docstrings"] = False

from pspflow.clusterjobs import impossible_jobs
from pspflow.config import given_options, load_config
from pspflow.configfiles import check_sources
from pspflow.errors import InputError
from pspflow.status.page import failures
from pspflow.status.plan import planned_jobs, this_start, write_end, write_plans
from pspflow.status.watch import Watch
from pspflow.studies import registry

try:
    check_sources(
        workflow.configfiles, workflow.config_settings.config_args or [], sys.argv
    )
    CONFIG = load_config(config)
except InputError as error:
    raise WorkflowError(str(error)) from None

OUT = f"results/{CONFIG.run}"
STUDIES = registry.studies()
STARTED = time.time()
WATCH = Watch()
# of each study, by chapter: every artefact that it makes in this run. A chapter's rules set its list;
# one that makes nothing in this run (no labels, one domain only) has none
MADE = {study: {} for study in STUDIES}
# of each study that starts from micrographs, the options of these shared chapters; its rules set it
IMAGES, PERSISTENCE = {}, {}


def front_page(folder):
    """Write the run's front page, if it has a report; a run does not fail for it."""
    import yaml

    from pspflow.front.page import write_front

    given = given_options(CONFIG)
    text = yaml.safe_dump(given, sort_keys=False, allow_unicode=True) if given else ""
    try:
        return write_front(folder, text)
    except (OSError, InputError) as error:
        print(f"No front page: {error}", file=sys.stderr)


def rules_files():
    """List the rules files: what each study says of itself, then its chapters, in reading order."""
    rules = ROOT / "workflow/rules"
    # a shared chapter serves every study, and so needs what all of them say
    wanted = [rules / study / "study.smk" for study in STUDIES]
    for study in STUDIES:
        names = registry.chapters(study)
        wanted += [rules / study / f"{name}.smk" for name in names]
        wanted += [
            rules / "shared" / f"{name}.smk" for name in registry.chapters(study)
        ]
    wanted.append(rules / "shared/report.smk")
    return [str(path) for path in dict.fromkeys(wanted) if path.exists()]


RULES_FILES = rules_files()


def made(study, *chapters):
    """List what chapters of a study make, every one if none is named.

    Every artefact is a target, not only the last one: a lost one is then made again.
    """
    return [path for name in chapters or MADE[study] for path in MADE[study][name]]


def sections(study):
    """Locate the sections of a study's report by chapter, in reading order."""
    return {
        chapter: f"{OUT}/{study}/{chapter}/section.json"
        for chapter in registry.chapters(study)
        if chapter in MADE[study]
    }


def options(model):
    """Write a stage's validated options, those that act, as one line of JSON."""
    return model.chosen().model_dump_json()


def memory(mb):
    """Ask for memory that grows with every attempt."""
    return lambda wildcards, attempt: mb * attempt


def shares(count):
    """Name the shares of work that is divided among jobs: 1-of-2, 2-of-2."""
    return [f"{number}-of-{count}" for number in range(1, count + 1)]


def named(paths):
    """Write a mapping of names to paths as NAME=PATH, ready for a flag."""
    return [f"{name}={path}" for name, path in paths.items()]


def flags(values):
    """Write flags and their values, leaving out those without one."""
    pairs = [(f"--{name}", value) for name, value in values.items() if value]
    return [part for pair in pairs for part in pair]


def figure_folder(wildcards, output):
    """Name the folder of a chapter's figures, which lies beside its section."""
    return str(Path(output.section).parent / "figures")


def drawings(folder, names):
    """Locate figures as SVG; those of plain pixels have none."""
    return [f"{folder}/{name}.svg" for name in names]


def drawn(folder, names):
    """Locate figures, each as PNG and as SVG."""
    return [f"{folder}/{name}.png" for name in names] + drawings(folder, names)


def watched(path, where):
    """Return the path of a user's file, unless snakemake would see a wildcard in it."""
    if contains_wildcard(path):
        raise WorkflowError(
            f"{where}: {path} has braces, which snakemake takes for a wildcard; rename the file or "
            "folder without them."
        )
    return str(path)


@cache
def images_of(sheet):
    """List the images of a user's sheet, so that replacing one reruns what depends on it."""
    from pspflow.io.imagesets import existing_images  # with zarr a quarter of a second

    try:
        images = existing_images(Path(watched(sheet, "micrographs.sheet")))
    except InputError as error:
        raise WorkflowError(str(error)) from None
    return [watched(path, f"{sheet}, column 'image'") for path in images]


def caption(study, chapter, figure):
    """Locate the caption of a figure in snakemake's report."""
    return f"../../report/{study}/{chapter}_{figure}.rst"


def labelled(chapter, figure):
    """Tell the figures of a study apart in snakemake's report."""
    return {"chapter": chapter, "figure": figure.replace("_", " ")}


localrules:
    all,


def check_requests():
    """Stop before anything is submitted if a rule asks SLURM for what no node has.

    The plugin would submit such a job again and again, with more memory each time.
    """
    path = workflow.executor_settings.partition_config
    never, at_last = impossible_jobs(workflow.dag, path)
    if never:
        raise WorkflowError("\n".join(never))
    for problem in at_last:
        print(f"Warning: {problem}", file=sys.stderr)


onstart:
    if workflow.executor_plugin.name == "slurm":
        check_requests()
    # jobs of a cluster are started by a snakemake without these hooks, so it is written once
    planned = planned_jobs(workflow.dag)
    start = this_start(workflow.executor_plugin.name, log, STARTED)
    write_plans(Path(OUT), start, planned)
    WATCH.start(workflow, planned)


onsuccess:
    WATCH.stop()
    write_end(Path(OUT), STARTED, True)
    for study in STUDIES:
        page = Path(f"{OUT}/{study}/report.html")
        if page.exists() and page.stat().st_mtime >= STARTED:
            print(f"Report: {page}")
    front = front_page(Path(OUT))
    if front is not None:
        print(f"Front page: {front}")


onerror:
    WATCH.stop()
    # snakemake lists every input of a failed job; what was wrong would drown in it
    for message, path in failures(Path(OUT), STARTED).items():
        print(f"\nFailed, see {path}:\n{message}", file=sys.stderr)
    write_end(Path(OUT), STARTED, False)
