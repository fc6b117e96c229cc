"""Write the reproduction page of a run of the composite study to standard output.

    python docs/render_composite.py "reference run" results/reference/composite LINE ...

The lines (command, commit, duration) become the header.
"""

import json
import re
import sys
from pathlib import Path

import pandas as pd
from render_results import table

from pspflow.studies.composite.accuracy import against, summary
from pspflow.studies.composite.findings import OURS, findings
from pspflow.studies.composite.inverse_measures import (
    component_errors,
    ranked_sentence,
    ranked_summary,
    search_summary,
    volume_fractions,
)
from pspflow.studies.composite.inverse_measures import summary as inverse_summary
from pspflow.studies.composite.options import CompositeOptions
from pspflow.studies.composite.page import trainings
from pspflow.studies.composite.properties import TARGETS
from pspflow.studies.composite.wide import beside_paper

TABLES = {
    "accuracy": "forward/accuracy",
    "inverse c11": "inverse/c11/candidates",
    "inverse normal": "inverse/normal/candidates",
    "ranked c11": "inverse/c11/ranked",
    "ranked normal": "inverse/normal/ranked",
    "searches": "anneal/searches",
    "mismatch": "ablation/mismatch",
    "localization": "localization/accuracy",
    "speed": "localization/speed",
    "reconstructions": "reconstructions",
}
COMPONENT = ["model", "prior", "component"]


def forward(known: dict[str, pd.DataFrame], papers: bool) -> list[str]:
    """Write the sections on forward accuracy."""
    accuracy = known["accuracy"]
    rivals = [name for name in accuracy["model"].unique() if "statistics" not in name]
    difference = against(accuracy, OURS, rivals)
    normal = summary(accuracy, "normal")
    if not papers:
        normal = normal.drop(columns=[name for name in normal if name.startswith("paper_")])
    parts = [
        "## Forward: C11 (Table 1)\n\nMean over runs, test structures; MAPE in percent of the mean "
        "solved value.\n",
        table(summary(accuracy, "c11").drop(columns="property").dropna(axis=1, how="all")),
        f"## Forward: {OURS} against the others\n\nMAPE less the other's, percentage points on the "
        "same splits: below 0 it is better.\n",
        table(difference[difference["target"] == "c11"].drop(columns=["target", "property"])),
    ]
    for measure in ("mape", "r2"):
        parts += [
            f"## Forward: six components, {measure} (Tables 7 and 8)\n",
            table(beside_paper(normal, ["model"], "property", measure, f"paper_{measure}")),
        ]
    return parts


def inverse(known: dict[str, pd.DataFrame], papers: bool) -> list[str]:
    """Write the sections on inverse design and search."""
    scalar, vector = known["inverse c11"], known["inverse normal"]
    fractions = volume_fractions(scalar, simulated=papers)
    errors = component_errors(vector, simulated=papers)
    keys = {"keys": COMPONENT, "across": "wanted_c11_gpa"}
    return [
        "## Inverse: C11 (Figure 3b)\n",
        table(inverse_summary(scalar, "c11", simulated=papers)),
        "## Inverse: volume fractions by wanted C11 in GPa (Table 6)\n",
        table(
            beside_paper(
                fractions, value="volume_fraction", paper_value="paper_volume_fraction", **keys
            )
        ),
        "## Inverse: error in percent by wanted C11 in GPa\n",
        table(beside_paper(fractions, value="error_percent", paper_value="", **keys)),
        "## Inverse: six components (Table 10)\n",
        table(inverse_summary(vector, "normal", simulated=papers)),
        table(
            beside_paper(
                *(errors, ["model", "prior"], "property", "error_percent", "paper_error_percent")
            )
        ),
        "## Inverse: solver-ranked design, beside retrieval\n",
        *(
            part
            for target in TARGETS
            for part in (
                f"{ranked_sentence(known[f'ranked {target}'], target)}\n",
                table(ranked_summary(known[f"ranked {target}"])),
            )
        ),
        "## Search in the latent space (Figure 4)\n",
        table(search_summary(known["searches"], simulated=papers)),
    ]


def options_of(run: Path) -> CompositeOptions:
    """Read the options that a run's report records."""
    page = (run / "report.html").read_text(encoding="utf-8")
    recorded = re.search(r'<script [^>]*id="provenance">(.*?)</script>', page, re.DOTALL)
    if recorded is None:
        raise SystemExit(f"{run}/report.html: it records no options; make the report anew.")
    return CompositeOptions.model_validate(json.loads(recorded[1])["options"])


def main(title: str, run: Path, header: list[str]) -> None:
    """Print the page."""
    options = options_of(run)
    papers = options.papers_material
    known = {name: pd.read_parquet(run / f"{path}.parquet") for name, path in TABLES.items()}
    histories = {
        str(path.parent.relative_to(run / "networks")): pd.read_parquet(path)
        for path in sorted(run.glob("networks/*/*/*/*/history.parquet"))
    }
    means = known["mismatch"].groupby(["slices", "axis"], sort=False)["error"].mean()
    made_up = options.data.source == "simulated"
    source = "The structures are simulated." if made_up else "The structures are a user's own."
    parts = [
        f"# Composite study, {title}\n\nMade by `docs/render_composite.py` from the run's "
        f"artefacts; do not edit. {source}\n",
        "".join(f"- {line}\n" for line in header),
        "## What the run's report concludes\n",
        "".join(f"- {sentence}\n" for sentence in findings(known, simulated=papers)),
        *forward(known, papers),
        *inverse(known, papers),
        "## Slices of the style loss: error of the autocorrelation (Figure 5)\n",
        table(means.reset_index()),
        "## Localization\n",
        table(known["localization"]),
        "## Localization: seconds a structure (Figure 4-1 of the latent report)\n",
        table(known["speed"]),
        "## Reconstructions\n",
        table(known["reconstructions"]),
        "## Trainings\n",
        table(trainings(histories)),
    ]
    print("\n".join(parts), end="")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
