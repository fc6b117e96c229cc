"""Write the reproduction page of a run of the temper study, from its artefacts, to standard output.

    python docs/render_results.py "reference run" results/reference/temper LINE ...

The lines (command, commit, duration) become the header. Sections whose artefacts a run lacks are
left out.
"""

import math
import sys
from pathlib import Path

import pandas as pd

from pspflow.studies.temper.findings import Results, by_direction, findings, label_summary
from pspflow.studies.temper.persistence import read_imaging
from pspflow.studies.temper.plausibility import RULERS

INTRODUCTION = """# Temper study, {}

Made by `docs/render_results.py` from the run's artefacts; do not edit. {}
"""
PINET = """## PI-Net

Mean absolute error (L1) of persistence-image pixels. `over_mean` and `over_domain_mean` divide it
by the error of predicting the mean training image, of all domains or of the chip's own; below 1 is
better. The paper reports negligible discrepancies on training and on held-out chips and gives no
figure. Its held-out chips come from the same micrographs as its training chips; here the test
chips come from specimens that no training chip shows.

The spatial reading hardly beats the mean image. Its instance normalisation takes the mean of every
channel over the chip out, and such means, as of a channel that answers to bright spots, are what a
persistence image counts. The pooled reading keeps them up to one common scale.
"""
SPEED = """## Seconds per 1,000 chips

On the machine of this run, with both cores busy, for PI-Net at the small size of this run; at the
paper's layer sizes it takes longer still: see the benchmarks.
"""


def table(rows: pd.DataFrame) -> str:
    """Write a table as Markdown, four significant digits."""
    lines = [f"| {' | '.join(map(str, rows.columns))} |", "|---" * rows.shape[1] + "|"]
    for row in rows.itertuples(index=False):
        cells = (_cell(value) for value in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.4g}"
    return str(value)


def by_head(run: Path, name: str) -> pd.DataFrame:
    """Join a table of both heads, with the head as first column."""
    heads = {
        path.parent.name: pd.read_parquet(path) for path in run.glob(f"pinet/*/{name}.parquet")
    }
    return (
        pd.concat(heads, names=["head", None]).reset_index(level="head").sort_index(kind="stable")
    )


def flows(run: Path) -> list[str]:
    """Write the sections on the flows."""
    trainings = sorted(path.parent for path in run.glob("flows/*/*/weights.safetensors"))
    if not trainings:
        return []
    names = ["/".join(path.parts[-2:]) for path in trainings]
    labels = run / "transfer/labels.parquet"
    results = Results(
        names,
        [pd.read_parquet(path / "history.parquet") for path in trainings],
        [pd.read_parquet(path / "checks.parquet") for path in trainings],
        pd.read_parquet(run / "transfer/plausibility.parquet"),
        pd.read_parquet(run / "transfer/effects.parquet"),
        pd.read_parquet(labels) if labels.exists() else None,
        {},
    )
    kept = [
        history[history["kept"]].drop(columns="kept").assign(epoch=lambda row: row["epoch"] + 1)
        for history in results.histories
    ]
    parts = [
        "## What the run's report concludes\n",
        "".join(f"- {sentence}\n" for sentence in findings(results)),
        "## Flows\n\nThe epoch that was kept, and checks on held-out chips.\n",
        table(_named(names, kept)),
        table(_named(names, results.checks)),
        "## Plausibility\n\nDistances to real held-out chips of the target: means over trainings, "
        f"then rulers ({', '.join(RULERS)}).\n",
    ]
    for (measure, unit), rows in by_direction(results.plausibility).items():
        parts += [f"### {measure} ({unit})\n", table(rows)]
    if len(results.effects):
        parts.append(
            "## Effect of topological regularisation\n\nDifference to training without it, means "
            "over trainings; below 0 is better; 95 % intervals from resampled specimens.\n"
        )
        parts.append(table(results.effects))
    if results.labels is not None:
        parts += ["## Label preservation\n", table(label_summary(results.labels))]
    return parts


def _named(names: list[str], tables: list[pd.DataFrame]) -> pd.DataFrame:
    joined = pd.concat(dict(zip(names, tables, strict=True)), names=["training", None])
    return joined.reset_index(level="training")


def pinet(run: Path) -> list[str]:
    """Write the sections on PI-Net."""
    errors = by_head(run, "errors").sort_values(["split", "head"], kind="stable")
    history = (
        by_head(run, "history")
        .groupby("head")
        .agg(epochs=("epoch", "size"), best_validation_loss=("validation_loss", "min"))
    )
    return [
        PINET,
        table(errors),
        table(history.reset_index()),
        SPEED,
        table(by_head(run, "speed").sort_values("head")),
    ]


def data(run: Path) -> list[str]:
    """Write the sections on persistence images and labels of real chips."""
    imaging = pd.Series(read_imaging(run / "grid.parquet").model_dump(), dtype=object)
    parts = [
        "## Persistence images\n\nMade with, as fitted to training chips:\n",
        table(imaging.rename_axis("setting").reset_index(name="value")),
        table(pd.read_parquet(run / "grid_coverage.parquet")),
    ]
    if (run / "labels/accuracy.parquet").exists():
        parts += [
            "## Labels of real chips\n",
            table(pd.read_parquet(run / "labels/accuracy.parquet").drop(columns="note")),
            table(pd.read_parquet(run / "labels/correlations.parquet")),
        ]
    return parts


def main(title: str, run: Path, header: list[str]) -> None:
    """Print the page."""
    simulated = (run / "simulated").exists()
    source = "The specimens are simulated." if simulated else "The micrographs are real."
    lines = "".join(f"- {line}\n" for line in header)
    introduction = INTRODUCTION.format(title, source)
    print("\n".join([introduction, lines, *flows(run), *pinet(run), *data(run)]), end="")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
