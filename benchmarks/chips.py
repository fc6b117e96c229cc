"""Plan, store and read back 437,000 overlapping chips, as windows and as copies.

Prints JSON. Promises watched: at least 20,000 chips/s end to end, and memory that does not grow
with the number of chips. The peer is what a naive pipeline does: store every chip's pixels.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.arrays import add_array, get_array, new_store, open_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, put_micrograph, read_chips
from pspflow.io.tables import write_table
from pspflow.microstructure.loader import chip_batches, cut_chips
from pspflow.microstructure.plan import Placement, Tally, plan_chips
from pspflow.microstructure.splits import specimen_regions

MICROGRAPHS = 32
SIZE_PX = 3840
CHIP_PX = 128
STRIDES_PX = {"437,000 windows": 32, "a quarter of them": 64}
COPIES = 20_000
ORIGIN = Provenance("benchmark", {}, None, {})


def make_micrographs(folder: Path, count: int = MICROGRAPHS) -> dict[str, float]:
    """Store noisy micrographs; real ones compress about as badly."""
    rng = np.random.default_rng(0)
    names = [f"m{i:02d}" for i in range(count)]
    catalogue = pd.DataFrame(
        {
            "micrograph": names,
            "image": names,
            "specimen": names,
            "domain": "t5",
            "pixel_size_um": 0.1,
            "height_px": SIZE_PX,
            "width_px": SIZE_PX,
        }
    )
    with new_store(folder / "micrographs.zarr", ORIGIN) as store:
        for _, entry in catalogue.iterrows():
            pixels = rng.normal(90, 12, (SIZE_PX, SIZE_PX)).clip(0, 255).astype(np.uint8)
            put_micrograph(store, entry, pixels)
    return {"rows": write_table(folder / "catalogue.parquet", catalogue, ORIGIN)}


def windows(folder: Path, stride_px: int) -> dict[str, float]:
    """Plan, store and read back windows; memory is this process's peak."""
    catalogue = pd.read_parquet(folder / "catalogue.parquet")
    shares = {"train": 0.7, "validation": 0.15, "test": 0.15}
    regions = specimen_regions(catalogue, shares, np.random.default_rng(0))
    placement = Placement(CHIP_PX, stride_px, 1.0, 0.0)
    store = Micrographs(folder / "micrographs.zarr")
    started = time.perf_counter()
    pieces = plan_chips(catalogue, regions, placement, store.__getitem__, Tally(), 0)
    count = write_table(folder / "chips.parquet", pieces, ORIGIN)
    planned = time.perf_counter()
    total = 0
    for _, images in chip_batches(store, read_chips(folder / "chips.parquet")):
        total += int(images[:, 0, 0].sum())
    done = time.perf_counter()
    return {
        "chips": count,
        "plan_and_store_s": planned - started,
        "read_s": done - planned,
        "chips_per_s": count / (done - started),
        "table_mb": (folder / "chips.parquet").stat().st_size / 1e6,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        "checksum": total,
    }


def copies(folder: Path) -> dict[str, float]:
    """Store and read back some of the same chips as pixels."""
    chips = read_chips(folder / "chips.parquet").iloc[:COPIES]
    store = Micrographs(folder / "micrographs.zarr")
    started = time.perf_counter()
    with new_store(folder / "copies.zarr", ORIGIN) as group:
        shape = (len(chips), CHIP_PX, CHIP_PX)
        add_array(group, "chips", shape, np.uint8, ("chip", "y", "x"), "grey level")[...] = (
            cut_chips(store, chips)
        )
    array = get_array(open_store(folder / "copies.zarr"), "chips")
    total = sum(int(np.asarray(array[i : i + 4096])[:, 0, 0].sum()) for i in range(0, COPIES, 4096))
    seconds = time.perf_counter() - started
    size = sum(file.stat().st_size for file in (folder / "copies.zarr").rglob("*"))
    return {
        "chips": COPIES,
        "chips_per_s": COPIES / seconds,
        "bytes_per_chip": size / COPIES,
        "checksum": total,
    }


def in_process(*arguments: str) -> dict[str, float]:
    """Run one case in a process of its own: a peak of memory outlives what made it."""
    command = [sys.executable, __file__, *arguments]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result: dict[str, float] = json.loads(output)
    return result


def main() -> None:
    """Run every case."""
    with tempfile.TemporaryDirectory() as name:
        in_process("make", name)
        cases = {
            case: in_process("windows", name, str(stride))
            for case, stride in reversed(STRIDES_PX.items())
        }
        peer = in_process("copies", name)
    few, many = cases["a quarter of them"], cases["437,000 windows"]
    print(
        json.dumps(
            {
                "title": "Chips as windows",
                "cases": {**cases, "peer: chips as copies": peer},
                "ratios": {
                    "windows over copies, chips/s": many["chips_per_s"] / peer["chips_per_s"],
                    "peak memory, 4 times the windows": many["peak_memory_mb"]
                    / few["peak_memory_mb"],
                },
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder]:
            print(json.dumps(make_micrographs(Path(folder))))
        case ["windows", folder, stride]:
            print(json.dumps(windows(Path(folder), int(stride))))
        case ["copies", folder]:
            print(json.dumps(copies(Path(folder))))
        case _:
            main()
