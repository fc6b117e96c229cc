"""The text and the tables of the report about flows: what they were, and what they are worth."""

import numpy as np
import pandas as pd

from pspflow.report.page import Figure, Section, Table
from pspflow.studies.temper.findings import Results, by_direction, findings, label_summary
from pspflow.studies.temper.options import TemperOptions
from pspflow.studies.temper.plausibility import FLOOR, OTHERS, PERSISTENCE, SOURCE
from pspflow.studies.temper.preservation import REAL, UNTRANSFERRED

PAPER_DOMAINS = ("as_extruded", "t5", "t6")
FORWARD = (("as_extruded", "t5"), ("as_extruded", "t6"))
BACKWARD = (("t5", "as_extruded"), ("t6", "as_extruded"))
NETWORKS = {
    "glow": "a small flow that squeezes first, of {} couplings a domain",
    "realnvp": "RealNVP in two scales with 10 couplings a domain, as in the paper",
}
JUDGES = {
    "none": "no topological regularisation",
    "pinet": "persistence images by a frozen PI-Net (the paper's)",
    "exact": "exact persistence images, differentiated through their critical pixels (ours)",
}


def sections(results: Results, options: TemperOptions) -> list[Section]:
    """Write the sections on training, transfer, plausibility and labels."""
    body = [_training(results, options), _plausibility(results, options)]
    if results.labels is not None:
        body.append(_labels(results.labels, results.pictures["preservation_figure"], options))
    body.append(_verdict(results, options))
    return body


def _training(results: Results, options: TemperOptions) -> Section:
    flows = options.flows
    kinds = dict.fromkeys(name.split("/")[0] for name in results.flows)
    judges = "; ".join(f"{kind}: {JUDGES[kind]}" for kind in kinds)
    checks = pd.concat(
        [
            table.assign(training=name)
            for name, table in zip(results.flows, results.checks, strict=True)
        ]
    )
    checks = checks[["training", *[name for name in checks.columns if name != "training"]]]
    kept = [int(table.loc[table["kept"], "epoch"].iloc[0]) + 1 for table in results.histories]
    chosen = ", ".join(f"{name} {at}" for name, at in zip(results.flows, kept, strict=True))
    return Section(
        "Flows",
        "One invertible network a domain maps chips to a common Gaussian latent; a chip is "
        "transferred by going there and back through another domain's network. Here: "
        f"{NETWORKS[flows.architecture].format(2 * flows.couplings)}, width {flows.width}, "
        f"{flows.epochs} epochs, batches of {flows.batch_size} chips of each domain, {flows.seeds} "
        f"training(s) each. The likelihood alone trains the first {flows.likelihood_share:.0%} of "
        "the epochs; then discriminators of chips play along and, by regularisation, of "
        f"persistence images: {judges}. The epoch is chosen by the signal-to-noise ratio of "
        "synthetic validation chips: the one whose mean ratio is nearest to real chips' (kept: "
        f"{chosen}). A transfer there and back is exact by construction: the table checks the "
        "arithmetic, in image space (0 to 1) without rounding and in grey levels when the "
        "transferred chip is stored as 8 bits. It gives the likelihood of held-out chips, "
        "dequantised.",
        [Table(checks, "Numerical checks of every training, on held-out chips.")],
        [
            Figure(
                results.pictures["training_figure"],
                "Losses and signal-to-noise ratios over epochs; the epoch that was kept is marked.",
            ),
            Figure(
                results.pictures["transfer_figure"],
                "Transfer in every direction (the paper's Figure 4): the same held-out sources for "
                "every variant, and a real chip of the target beside them.",
            ),
            Figure(
                results.pictures["sample_figure"],
                "Chips drawn from Gaussian noise (the other use in the paper's Figure 3), beside "
                "real ones.",
            ),
        ],
    )


def _plausibility(results: Results, options: TemperOptions) -> Section:
    table = results.plausibility
    pivot = by_direction(table)
    tables = [
        Table(part, f"{measure} ({unit}) by direction: trainings' means, then rulers.")
        for (measure, unit), part in pivot.items()
    ]
    if len(results.effects):
        shown = results.effects[results.effects["measure"] == PERSISTENCE].drop(columns="measure")
        caption = (
            "Effect of topological regularisation on the persistence-image distance: below 0 is "
            "better than without, intervals from resampled specimens."
        )
        tables.append(Table(shown, caption))
    return Section(
        "Plausibility",
        "Distances of transferred chips to real held-out chips of the target, beside rulers: "
        f"{SOURCE} (what doing nothing scores), {FLOOR} (the floor: chips from one half of the "
        "micrographs against those from the other, half as many and so a little high)"
        f"{_others(options)}. All but KID compare what sets are on average, so that a flow which "
        "makes one average texture could score well; KID, on a fixed bank of Gabor filters, sees "
        "their spread as well. Intervals are of 95 % and resample specimens; below 12 specimens "
        f"there are none.{_caveat(options)}",
        tables,
        [
            Figure(
                results.pictures["plausibility_figure"],
                "Distances to real chips of the target by direction, with rulers.",
            )
        ],
    )


def _others(options: TemperOptions) -> str:
    if options.split.by == "region":
        return ". Splits are by region, so that there are no other specimens to compare with"
    return f", and {OTHERS} (what knowing the domain but not the specimen scores)"


def _caveat(options: TemperOptions) -> str:
    if options.split.test:
        return ""
    return " There are no test chips in this run: validation chips stand in, which chose the epoch."


def _labels(labels: pd.DataFrame, png: bytes, options: TemperOptions) -> Section:
    runs = options.transfer.label_runs
    return Section(
        "Label preservation",
        "Support vector machines learn each target's label from real chips of training specimens, "
        "in three classes cut at their terciles, and are asked about held-out chips transferred "
        "into the target, whose right answer is their source specimen's label for it; "
        f"{runs} draws of training chips, balanced accuracy, intervals from resampled specimens. "
        "Controls: the sources as they are, and the mean over classifiers taught with permuted "
        "labels. Chance is 33 %.",
        [Table(label_summary(labels), "Balanced accuracy, means over trainings and their limits.")],
        [Figure(png, "Label preservation by direction (the paper's Figure 5).")],
    )


def _verdict(results: Results, options: TemperOptions) -> Section:
    papers = tuple(options.data.labels) == PAPER_DOMAINS
    tables = (
        [Table(beside_paper(results, options), "The paper's run and this one.")] if papers else []
    )
    return Section("What reproduced and what did not", "", tables, points=findings(results))


def beside_paper(results: Results, options: TemperOptions) -> pd.DataFrame:
    """Put the paper's facts beside this run's, with the scale of each stated."""
    flows = options.flows
    rows = [
        ("chips", "experimental", options.data.source),
        ("edge of a chip, pixels", "128", str(options.chips.size_px)),
        ("trainings a variant", "3", str(flows.seeds)),
        ("epochs", "30", f"{flows.epochs} of {flows.steps_per_epoch or 'all'} steps"),
        ("chips of each domain in a step", "8", str(flows.batch_size)),
    ]
    labels = results.labels
    if labels is not None:
        real = labels[labels["flow"] == REAL]["balanced_accuracy"]
        rows.append(("best accuracy on real chips", "around 70 %", _percent(real.max())))
        made = labels[~labels["flow"].isin([REAL, UNTRANSFERRED, ""])]
        rows += [
            (f"best mean accuracy, {a} → {b}", said, _percent(_best(made, a, b)))
            for (a, b), said in (
                (FORWARD[0], "highest of all directions"),
                (FORWARD[1], "above chance without regularisation"),
                (BACKWARD[0], "around or below chance"),
                (BACKWARD[1], "around or below chance"),
            )
        ]
    return pd.DataFrame(rows, columns=["", "paper", "here"])


def _best(made: pd.DataFrame, source: str, target: str) -> float:
    rows = made[(made["source"] == source) & (made["target"] == target)]
    kinds = rows["flow"].str.split("/").str[0]
    return float(rows.groupby([kinds, rows["features"]])["balanced_accuracy"].mean().max())


def _percent(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.0%}"
