"""From stored micrographs to stored persistence images: the stage as the workflow runs it.

Prints JSON. Promises watched: at least 6,000 chips/s in two processes on two cores, each below 1 GB
of memory. Two kinds of micrograph: smooth fields, and white noise, which has the most pairs of all.
The first share of all compiles the kernel; its cost is shown by a run with an empty cache.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHIPS = 100_000
SHARDS = 2
MICROGRAPHS = 8
STRIDE_PX = 32
PAPER_CHIPS = 437_000
PAPER_TIME, PAPER_MINUTES = "the paper's 12 h (12 to 14, on its own machine)", 12 * 60
FEW = 64
STAGE = ("temper", "persistence", "compute")


def make(folder: Path) -> None:
    """Store both kinds of micrograph and plan their chips."""
    # Imported here: a child's peak memory is never below its parent's, which therefore stays small.
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    from chips import ORIGIN, SIZE_PX, make_micrographs  # noqa: PLC0415
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415

    from pspflow.io.arrays import new_store  # noqa: PLC0415
    from pspflow.io.imagesets import put_micrograph, read_chips  # noqa: PLC0415
    from pspflow.io.tables import write_table  # noqa: PLC0415
    from pspflow.microstructure.plan import Placement, Tally, plan_chips  # noqa: PLC0415
    from pspflow.microstructure.splits import specimen_regions  # noqa: PLC0415
    from pspflow.studies.shared.persistence.imaging import imaging_row  # noqa: PLC0415
    from pspflow.studies.shared.persistence.options import Imaging  # noqa: PLC0415

    (folder / "noise").mkdir()
    make_micrographs(folder / "noise", MICROGRAPHS)
    catalogue = pd.read_parquet(folder / "noise/catalogue.parquet")
    rng = np.random.default_rng(1)
    with new_store(folder / "smooth/micrographs.zarr", ORIGIN) as store:
        for _, entry in catalogue.iterrows():
            field = gaussian_filter(rng.standard_normal((SIZE_PX, SIZE_PX), np.float32), 4)
            pixels = 90 + 30 * field / field.std() + rng.normal(0, 1, field.shape)
            put_micrograph(store, entry, pixels.clip(0, 255).astype(np.uint8))

    full = (0.0, 255.0)
    imaging = Imaging(
        birth_range=full, persistence_range=full, sigma=12.75, unit_persistence=full[1]
    )
    write_table(folder / "grid.parquet", imaging_row(imaging), ORIGIN)
    shares = {"train": 0.7, "validation": 0.15, "test": 0.15}
    regions = specimen_regions(catalogue, shares, np.random.default_rng(0))
    placement = Placement(128, STRIDE_PX, 1.0, 0.0)
    pieces = plan_chips(catalogue, regions, placement, {}.__getitem__, Tally(), 0)
    write_table(folder / "all.parquet", pieces, ORIGIN)
    for count in (FEW, CHIPS):
        chips = read_chips(folder / "all.parquet").iloc[:count]
        assert len(chips) == count
        write_table(folder / f"{count}.parquet", chips, ORIGIN)


def run_shards(
    micrographs: Path, chips: Path, out: Path, cache: Path | None = None
) -> dict[str, float]:
    """Run both shares at once, each a process of its own, and watch time and peak memory."""
    environment = dict(os.environ, OMP_NUM_THREADS="1", NUMBA_CACHE_DIR=str(cache))
    started = time.perf_counter()
    processes = []
    for number in range(1, SHARDS + 1):
        arguments = {
            "micrographs": micrographs,
            "chips": chips,
            "grid": micrographs.parents[1] / "grid.parquet",
            "persistence": out / f"{number}.zarr",
            "shard": f"{number}-of-{SHARDS}",
        }
        flags = [text for name, value in arguments.items() for text in (f"--{name}", str(value))]
        log = ["--log", str(out / f"{number}.log")]
        command = [sys.executable, "-m", "pspflow", *log, *STAGE, *flags]
        processes.append(os.posix_spawn(sys.executable, command, environment))
    peaks = []
    for process in processes:
        _, status, usage = os.wait4(process, 0)
        assert status == 0, (out / "1.log").read_text()
        peaks.append(usage.ru_maxrss / 1e3)
    return {"seconds": time.perf_counter() - started, "peak_memory_mb": max(peaks)}


def main() -> None:
    """Measure both kinds of micrograph, and the first run on a machine."""
    cases: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, __file__, name], check=True)
        for case, kind, chips in (
            ("64 chips, compiling", "noise", FEW),
            ("64 chips", "noise", FEW),
            ("smooth fields with grain", "smooth", CHIPS),
            ("white noise", "noise", CHIPS),
        ):
            out = folder / case
            out.mkdir()
            micrographs = folder / kind / "micrographs.zarr"
            found = run_shards(micrographs, folder / f"{chips}.parquet", out, folder / "cache")
            cases[case] = {"chips": chips, **found, "chips_per_s": chips / found["seconds"]}
    minutes = {
        case: PAPER_CHIPS / found["chips_per_s"] / 60
        for case, found in cases.items()
        if found["chips"] == CHIPS
    }
    print(
        json.dumps(
            {
                "title": "Stored micrographs to stored persistence images, two processes",
                "cases": cases,
                "ratios": {
                    f"extrapolated to 437,000 chips, minutes, {case}": value
                    for case, value in minutes.items()
                }
                | {
                    f"{PAPER_TIME} over that, {case}": PAPER_MINUTES / value
                    for case, value in minutes.items()
                },
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    if sys.argv[1:]:
        make(Path(sys.argv[1]))
    else:
        main()
