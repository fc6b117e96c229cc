"""What the paper-scale run asks of a cluster: jobs, CPU hours and GPU hours of every rule.

    python benchmarks/scale.py > docs/results/scale.json    the plan, and the estimates
    python benchmarks/scale.py --page                       docs/how-to/scale.md

The jobs are those of a dry run. Times come from `scale_rates`: each rule's from a measurement and
the sizes of the configuration; a rule without one counts with the limit that it asks for.
"""

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml
from scale_rates import Sizes, estimate
from snakemake.utils import update_config

from pspflow.config import load_config
from pspflow.studies import registry

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "docs/results/scale.json"
PAGE = ROOT / "docs/how-to/scale.md"
START, END = "<!-- from docs/results/scale.json: make scale -->", "<!-- end -->"
LIMIT = "not measured: bound by the runtime limit"


def planned() -> list[dict[str, Any]]:
    """Plan the paper-scale run in an empty folder; return what each job is and asks for."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "snakemake", "all", "-n", "--cores", "1000"]
        command += ["--snakefile", str(ROOT / "Snakefile"), "--directory", folder]
        command += ["--default-resources", "mem_mb=2000", "runtime=30"]
        command += ["--configfile", str(ROOT / "workflow/config/paper.yaml")]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    parts = re.split(r"^\[.*\]\n((?:local)?)rule (\w+):\n", run.stdout, flags=re.MULTILINE)[1:]
    jobs = []
    for local, rule, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        lines = dict(re.findall(r"^ +(\w+): (.*)$", body, re.MULTILINE))
        if "output" not in lines:
            continue
        asked = _pairs(lines.get("resources", ""))
        wildcards = _pairs(lines.get("wildcards", ""))
        output = lines["output"].split("/")
        jobs.append(
            {
                "rule": rule,
                "study": output[2],
                "wildcards": wildcards,
                "local": bool(local),
                "threads": int(lines.get("threads", 1)),
                "limit_min": float(asked.get("runtime", 30)),
                "memory_gb": float(asked.get("mem_mb", 2000)) / 1000,
                "gpu": "gpu" in asked,
            }
        )
    return jobs


def _pairs(line: str) -> dict[str, str]:
    return dict(each.split("=", 1) for each in line.split(", ")) if line else {}


def configuration(*overlays: str) -> Any:
    """Return the default configuration with overlays."""
    values: dict[str, Any] = {}
    for name in ("config.yaml", *(f"workflow/config/{each}.yaml" for each in overlays)):
        update_config(values, yaml.safe_load((ROOT / name).read_text(encoding="utf-8")))
    return load_config(values)


def record() -> dict[str, Any]:
    """Sum the jobs of every rule of every study."""
    sizes = Sizes(configuration("paper"), configuration("reference"))
    rules: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for job in planned():
        rules[job["study"], job["rule"]].append(job)
    rows = []
    for study in registry.studies():
        for (of, rule), jobs in sorted(rules.items()):
            if of != study:
                continue
            first = jobs[0]
            found = [estimate(sizes, rule, study, job["wildcards"]) for job in jobs]
            known = [each for each in found if each is not None]
            minutes = [
                each[0] if each else job["limit_min"] for each, job in zip(found, jobs, strict=True)
            ]
            rows.append(
                {
                    "study": study,
                    "rule": rule,
                    "jobs": len(jobs),
                    "gpu": first["gpu"],
                    "local": first["local"],
                    "threads": max(job["threads"] for job in jobs),
                    "memory_gb": max(job["memory_gb"] for job in jobs),
                    "limit_min": max(job["limit_min"] for job in jobs),
                    "longest_min": max(minutes),
                    "hours": sum(minutes) / 60,
                    # what takes longer than its limit goes on at the next attempt
                    "asked_hours": sum(
                        job["limit_min"] * max(1, math.ceil(taken / job["limit_min"]))
                        for taken, job in zip(minutes, jobs, strict=True)
                    )
                    / 60,
                    "measured": len(known) == len(jobs),
                    "basis": known[0][1] if known else LIMIT,
                }
            )
    return {"rules": rows}


def page(found: dict[str, Any]) -> str:
    """Render the record as the tables of the how-to page."""
    rows = found["rules"]
    lines = [
        "| study | jobs | GPU hours, estimated | of rules not measured, at most | CPU hours,"
        " estimated | of rules not measured, at most | GPU hours asked for | CPU hours asked for |",
        "|---|---|---|---|---|---|---|---|",
    ]
    studies = list(dict.fromkeys(row["study"] for row in rows))
    for study in [*studies, "all"]:
        of = [row for row in rows if study in (row["study"], "all")]
        cells = [str(sum(row["jobs"] for row in of))]
        for gpu in (True, False):
            for measured in (True, False):
                chosen = [row for row in of if (row["gpu"], row["measured"]) == (gpu, measured)]
                cells.append(_hours(sum(row["hours"] * _cores(row) for row in chosen)))
        for gpu in (True, False):
            chosen = [row for row in of if row["gpu"] == gpu]
            cells.append(_hours(sum(row["asked_hours"] * _cores(row) for row in chosen)))
        lines.append(f"| {study} | {' | '.join(cells)} |")
    for study in studies:
        lines += ["", f"## {study.title()}", ""]
        lines += ["| rule | jobs | on | minutes a job, longest | limit, min | GB | hours | basis |"]
        lines += ["|---|---|---|---|---|---|---|---|"]
        for row in rows:
            if row["study"] != study:
                continue
            where = "GPU" if row["gpu"] else "login node" if row["local"] else "CPU"
            where += f", {row['threads']} threads" if row["threads"] > 1 else ""
            longest = _short(row["longest_min"]) if row["measured"] else "–"
            hours = _hours(row["hours"]) if row["measured"] else f"≤ {_hours(row['hours'])}"
            lines.append(
                f"| `{row['rule']}` | {row['jobs']} | {where} | {longest} |"
                f" {row['limit_min']:.0f} | {row['memory_gb']:.0f} | {hours} | {row['basis']} |"
            )
    return "\n".join(lines)


def _cores(row: dict[str, Any]) -> int:
    """Return the cores of a job on CPUs; those beside a GPU are not counted."""
    return 1 if row["gpu"] else int(row["threads"])


def _hours(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _short(minutes: float) -> str:
    return "< 1" if minutes < 1 else f"{minutes:,.0f}"


def filled() -> str:
    """Return the how-to page with its tables made anew from the record."""
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    _, after = rest.split(END)
    made = page(json.loads(RECORD.read_text(encoding="utf-8")))
    return f"{before}{START}\n{made}\n{END}{after}"


def main() -> None:
    """Print the record, or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", action="store_true", help="write the tables of the page")
    if parser.parse_args().page:
        PAGE.write_text(filled(), encoding="utf-8")
    else:
        rounded = json.loads(json.dumps(record()), parse_float=lambda text: round(float(text), 4))
        print(json.dumps(rounded, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
