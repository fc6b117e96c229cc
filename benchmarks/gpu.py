"""The papers' sizes on one GPU, in ten minutes: what it reaches, and whether it computes the same.

    python benchmarks/gpu.py                            on a GPU: writes docs/results/gpu.md
    python benchmarks/gpu.py --device cpu --minutes 3   a rehearsal: writes results/gpu/gpu.md

Every part has a share of the time. What it finds is written at once, as JSON and as a page made
from it: a run that is cut off keeps what it has. `--parts` measures some parts anew and leaves
what the record holds of the others.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from gpu_parts import PARTS
from gpu_parts.frame import Case, Run
from gpu_parts.page import kept, page

from pspflow.errors import InputError
from pspflow.training.devices import using

ROOT = Path(__file__).parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run the parts; return 1 if one stopped, a check was not kept, or nothing can be measured."""
    given = _arguments(arguments)
    try:
        with using(given.device) as device:
            return _run(given, device)
    except InputError as error:  # what was asked for; faults of a part are in its record
        print(f"Error: {error}", file=sys.stderr)
        return 1


def _run(given: argparse.Namespace, device: torch.device) -> int:
    rehearsal = device.type == "cpu"
    if rehearsal:  # at its sizes threads do little but wait for each other
        torch.set_num_threads(1)
    folder = given.folder or ROOT / ("results/gpu" if rehearsal else "docs/results")
    _check_folder(folder)
    record = _earlier(folder, rehearsal) if given.parts else {"rehearsal": rehearsal, "parts": {}}
    names = given.parts or list(PARTS)
    end = time.perf_counter() + 60 * given.minutes
    for at, name in enumerate(names):
        left = sum(PARTS[each].share for each in names[at:])
        now = time.perf_counter()
        allowed = max(0.0, end - now) * PARTS[name].share / left
        print(f"{PARTS[name].title}: {allowed:.0f} s", flush=True)
        about = {"machine": machine(device, given.commit), "remark": given.remark}
        _measure(name, Run(device, rehearsal, now + allowed), about, record, folder)
    return 0 if all(_good(record["parts"][name]) for name in names) else 1


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cuda", help="cuda, cuda:N or cpu (a rehearsal)")
    parser.add_argument("--minutes", type=float, default=10, help="time for all parts together")
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="these alone; default: all")
    parser.add_argument("--folder", type=Path, help="where gpu.json and gpu.md are written")
    parser.add_argument("--commit", help="state of the code, where its folder is no clone of it")
    parser.add_argument("--remark", default="", help="what else is to be known of this run")
    return parser.parse_args(arguments)


def _check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written, before anything is measured."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}; name another --folder.") from error


def _earlier(folder: Path, rehearsal: bool) -> dict[str, Any]:
    """Return the record that is there, or an empty one."""
    path = folder / "gpu.json"
    if not path.exists():
        return {"rehearsal": rehearsal, "parts": {}}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        page(found, _titles())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: it is damaged or from an older state of this script; measure all parts "
            "(without --parts), or name another --folder."
        ) from error
    if found["rehearsal"] != rehearsal:
        raise InputError(
            f"{path}: rehearsals and figures of a GPU are not mixed; name another --folder."
        )
    return found


def _titles() -> dict[str, str]:
    return {name: part.title for name, part in PARTS.items()}


def _measure(
    name: str, run: Run, about: dict[str, Any], record: dict[str, Any], folder: Path
) -> None:
    """Run one part and write what it finds, also if it stops in the middle."""
    part, started = PARTS[name], time.perf_counter()
    entry: dict[str, Any] = {
        "title": part.title,
        "note": part.note,
        **about,
        "cases": [],
        "checks": [],
        "failure": "",
        "complete": False,
    }
    others = {key: each for key, each in record["parts"].items() if key != name}
    known = others | {name: entry}
    record["parts"] = {key: known[key] for key in PARTS if key in known}
    found = part.measure(run)
    while True:
        try:
            one = next(found, None)
        except (
            Exception
        ) as error:  # the other parts still run, and the page says why this one did not
            traceback.print_exc()
            entry["failure"] = f"{type(error).__name__}: {error}".splitlines()[0]
            one = None
        if one is not None:
            entry["cases" if isinstance(one, Case) else "checks"].append(one._asdict())
            print(f"  {one.name}: {_shown(one)}", flush=True)
        entry["seconds"] = time.perf_counter() - started
        entry["complete"] = one is None and not entry["failure"]
        _write(record, folder)
        if one is None:
            break
    if entry["failure"]:
        print(f"  stopped: {entry['failure']}", flush=True)


def _shown(one: Any) -> str:
    if isinstance(one, Case):
        return ", ".join(f"{name} {value:.4g}" for name, value in one.values.items())
    return f"{one.value:.3g}, at most {one.limit:.3g}"


def _good(entry: dict[str, Any]) -> bool:
    return not entry["failure"] and all(kept(each) for each in entry["checks"])


def _write(record: dict[str, Any], folder: Path) -> None:
    for path, text in (
        (folder / "gpu.json", json.dumps(record, indent=1) + "\n"),
        (folder / "gpu.md", page(record, _titles())),
    ):
        staged = path.with_suffix(".partial")
        staged.write_text(text, encoding="utf-8")
        staged.replace(path)


def machine(device: torch.device, commit: str | None) -> dict[str, Any]:
    """Describe the card, its driver, the software and the state of the code."""
    state = commit or _said("git", "-C", str(ROOT), "describe", "--always", "--dirty")
    described: dict[str, Any] = {
        "card": "CPU",
        "memory_gb": "–",
        "driver": "–",
        "cuda": torch.version.cuda or "–",
        "torch": torch.__version__,
        "cpu_cores": len(os.sched_getaffinity(0)),
        "date": datetime.now(UTC).date().isoformat(),
        "commit": state,
    }
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        described |= {
            "card": properties.name,
            "memory_gb": round(properties.total_memory / 1e9),
            "driver": _said("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"),
        }
    return described


def _said(*command: str) -> str:
    """Return the first line that a program prints, or a dash where there is no such program."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "–"
    return done.stdout.partition("\n")[0].strip() or "–"


if __name__ == "__main__":
    raise SystemExit(main())
