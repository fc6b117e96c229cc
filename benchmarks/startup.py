"""CPU time that each training stage needs before its first step, beside `import torch` alone.

Prints JSON. A workflow starts a process for every training, so that this is paid each time. The
commands are those of the workflow, on data sets of a few images; they end where training begins.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.imagesets import put_micrograph
from pspflow.io.tables import write_table
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.studies.composite.structures.properties import NORMAL

REPEATS = 3
ORIGIN = Provenance("benchmark", {}, 0, {})
SPLITS = ("train", "validation", "test")
SIZE_PX, CHIP_PX = 64, 32
STRUCTURES, EDGE = 12, 9
IMPORT, FIRST_STEP = "CPU-s to import", "CPU-s to the first step"
END = "; import os; os._exit(0)"
COMMAND = """
import os, sys
from pspflow.training import session

def train(trainable, *_, **__):
    trainable.begin_epoch(0)
    os._exit(0)

session.train = train
from pspflow.cli import main
main()
"""


def make_images(folder: Path) -> None:
    """Write micrographs of noise, their chips and persistence images."""
    rng = np.random.default_rng(0)
    region = {"row_start": 0, "row_stop": SIZE_PX, "column_start": 0, "column_stop": SIZE_PX}
    tables = []
    with new_store(folder / "micrographs.zarr", ORIGIN) as store:
        store.attrs["grey_range"] = [0.0, 255.0]
        for domain in ("t5", "t6"):
            for split in SPLITS:
                name = f"{split} {domain}"
                image = {"micrograph": name, "specimen": split, "domain": domain, "image": name}
                pixels = rng.integers(60, 120, (SIZE_PX, SIZE_PX)).astype(np.uint8)
                put_micrograph(store, pd.Series({**image, "pixel_size_um": 0.1}), pixels)
                windows = grid_windows(region, CHIP_PX, CHIP_PX)
                tables.append(chip_rows(windows, CHIP_PX, image, split))
    chips = pd.concat(tables)
    write_table(folder / "chips.parquet", chips, ORIGIN)
    with new_store(folder / "persistence.zarr", ORIGIN) as group:
        group.attrs["chips"] = fingerprint(folder / "chips.parquet")
        images = rng.random((len(chips), 2, 10, 10), np.float32)
        put_array(group, "persistence_image", images, ("chip", "homology", "y", "x"), "1")


def make_structures(folder: Path) -> None:
    """Write structures of noise, with random stiffnesses and strains."""
    rng = np.random.default_rng(0)
    names = [f"s{place}" for place in range(STRUCTURES)]
    shape, dims = (STRUCTURES, EDGE, EDGE, EDGE), ("structure", "x", "y", "z")
    with new_store(folder / "structures.zarr", ORIGIN) as group:
        put_array(group, "phase", rng.integers(0, 2, shape).astype(np.uint8), dims, "1")
    with new_store(folder / "fields.zarr", ORIGIN) as group:
        put_array(group, "strain_11", rng.random(shape, np.float32), dims, "1")
        group["strain_11"].attrs["macro_strain_11"] = 1e-3
        group.attrs["structures"] = names
    stiffness = pd.DataFrame(rng.uniform(5, 50, (STRUCTURES, len(NORMAL))), columns=list(NORMAL))
    split = [SPLITS[place % 3] for place in range(STRUCTURES)]
    moduli = {"phase": [0, 1], "young_gpa": [2.4, 120.0], "poisson": [0.3, 0.3]}
    tables = {
        "stiffness": stiffness.assign(structure=names),
        "splits": pd.DataFrame({"run": 0, "structure": names, "split": split}),
        "phases": pd.DataFrame(moduli),
        "table": pd.DataFrame({"structure": names, "specimen": names, "morphology": "1-1-1"}),
    }
    for name, table in tables.items():
        write_table(folder / f"{name}.parquet", table, ORIGIN)


def commands(folder: Path) -> dict[str, list[str]]:
    """Return the command of each training stage."""
    images = ("micrographs.zarr", "chips.parquet")
    structures = ("structures.zarr", "splits.parquet")
    chosen = {
        "temper pinet train": ("--head pooled", (*images, "persistence.zarr")),
        "temper flows train": ("--regularisation none --replicate 0", images),
        "composite networks train": (
            "--network mixture --target c11",
            (*structures, "phases.parquet", "stiffness.parquet"),
        ),
        "composite localization train": (
            "--localizer cpnet3",
            (*structures, "fields.zarr", "table.parquet"),
        ),
    }
    made = {}
    for name, (flags, inputs) in chosen.items():
        paths = [part for file in inputs for part in (f"--{Path(file).stem}", str(folder / file))]
        out = ["--weights", str(folder / "w.safetensors"), "--history", str(folder / "h.parquet")]
        made[name] = [*name.split(), *flags.split(), *paths, *out]
    return made


def cpu_seconds(code: str, arguments: Iterable[str] = ()) -> float:
    """Run a program and return its CPU time, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", code, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Measure every stage in turn, so that all suffer alike from other work of the machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_images(folder)
        make_structures(folder)
        programs = {("import torch", IMPORT): (f"import torch{END}", [])}
        for stage, arguments in commands(folder).items():
            study, chapter, _ = stage.split()
            module = f"pspflow.studies.{study}.{chapter}.stages.train"
            programs[stage, IMPORT] = (f"import {module}{END}", [])
            programs[stage, FIRST_STEP] = (COMMAND, arguments)
        taken = {key: float("inf") for key in programs}
        for _ in range(REPEATS):
            for key, program in programs.items():
                taken[key] = min(taken[key], cpu_seconds(*program))
    cases: dict[str, dict[str, float]] = {}
    for (case, column), seconds in taken.items():
        cases.setdefault(case, {})[column] = seconds
    torch = cases["import torch"][IMPORT]
    ratios = {
        f"{case}, to the first step, over import torch": values[FIRST_STEP] / torch
        for case, values in cases.items()
        if FIRST_STEP in values
    }
    title = "CPU time before the first step of a training"
    print(json.dumps({"title": title, "cases": cases, "ratios": ratios}, indent=2))


if __name__ == "__main__":
    main()
