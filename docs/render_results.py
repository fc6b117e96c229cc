"""Write the reproduction page of a run of the temper study, from its artefacts, to standard output.

    python docs/render_results.py results/reference/temper > docs/results/temper/reference.md

The header (command, commit, duration) is given as further arguments, one line each.
"""

import sys
from pathlib import Path

import pandas as pd

from pspflow.studies.temper.persistence import read_imaging

INTRODUCTION = """# Temper study, reference run

Made by `docs/render_results.py` from the run's artefacts; do not edit. The specimens are simulated.
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
        cells = (f"{value:.4g}" if isinstance(value, float) else str(value) for value in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def by_head(run: Path, name: str) -> pd.DataFrame:
    """Join a table of both heads, with the head as first column."""
    heads = {
        path.parent.name: pd.read_parquet(path) for path in run.glob(f"pinet/*/{name}.parquet")
    }
    return (
        pd.concat(heads, names=["head", None]).reset_index(level="head").sort_index(kind="stable")
    )


def main(run: Path, header: list[str]) -> None:
    """Print the page."""
    errors = by_head(run, "errors").sort_values(["split", "head"], kind="stable")
    history = (
        by_head(run, "history")
        .groupby("head")
        .agg(epochs=("epoch", "size"), best_validation_loss=("validation_loss", "min"))
    )
    imaging = pd.Series(read_imaging(run / "grid.parquet").model_dump(), dtype=object)
    parts = [
        INTRODUCTION,
        "".join(f"- {line}\n" for line in header),
        PINET,
        table(errors),
        table(history.reset_index()),
        SPEED,
        table(by_head(run, "speed").sort_values("head")),
        "## Persistence images\n\nMade with, as fitted to training chips:\n",
        table(imaging.rename_axis("setting").reset_index(name="value")),
        table(pd.read_parquet(run / "grid_coverage.parquet")),
        "## Labels of the simulated chips\n",
        table(pd.read_parquet(run / "labels/accuracy.parquet").drop(columns="note")),
        table(pd.read_parquet(run / "labels/correlations.parquet")),
    ]
    print("\n".join(parts), end="")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
