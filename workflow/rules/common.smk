# What all studies share.
# Needs: the merged configuration (config.yaml, overlays, command line).
# Makes: CONFIG, the validated configuration; OUT, the run's folder; options(), a stage's options
# as the JSON its command takes.

import shlex
import sys
import time
from pathlib import Path

from snakemake.exceptions import WorkflowError

# jobs run the package of this checkout with the python of their own environment, so that an
# environment made by --sdm conda needs the dependencies only
SOURCE = Path(workflow.basedir) / "src"
sys.path.insert(0, str(SOURCE))
QUOTED = shlex.quote(str(SOURCE)).replace("{", "{{").replace("}", "}}")
shell.prefix(
    f'export PYTHONPATH={QUOTED}; pspflow() {{{{ python -m pspflow "$@"; }}}}; '
)

from pspflow.config import load_config
from pspflow.errors import InputError
from pspflow.io.imagesets import existing_images

try:
    CONFIG = load_config(config)
except InputError as error:
    raise WorkflowError(str(error)) from None

OUT = f"results/{CONFIG.run}"
MADE = []
STARTED = time.time()


def options(model):
    """Write a stage's validated options, those that act, as one line of JSON."""
    return model.chosen().model_dump_json()


def images_of(sheet):
    """List the images of a user's sheet, so that replacing one reruns what depends on it."""
    try:
        return existing_images(Path(sheet))
    except InputError as error:
        raise WorkflowError(str(error)) from None


def topology_inputs(regularisation, study):
    """Name what a regularisation looks through: PI-Net's pooled head, since the spatial one fails,
    or what exact persistence images are made with."""
    return {
        "none": {},
        "pinet": {"pinet": f"{study}/pinet/pooled/weights.safetensors"},
        "exact": {
            "persistence": f"{study}/persistence.zarr",
            "grid": f"{study}/grid.parquet",
        },
    }[regularisation]


def network_files(folder, model):
    """List what the training of a composite network leaves in its folder."""
    kept = ["weights.safetensors", "history.parquet"]
    kept += ["predictions.parquet"] if model != "vae" else []
    kept += ["latents.parquet"] if not model.startswith("cnn") else []
    return [f"{folder}/{file}" for file in kept]


def flags(values):
    """Write flags and their values, leaving out those without one."""
    pairs = [(f"--{name}", value) for name, value in values.items() if value]
    return [part for pair in pairs for part in pair]


localrules:
    all,


onsuccess:
    for page in MADE:
        if Path(page).exists() and Path(page).stat().st_mtime >= STARTED:
            print(f"Report: {page}")
