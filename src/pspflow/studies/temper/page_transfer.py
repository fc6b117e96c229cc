"""The text and the tables of the report about flows: what they were, and what they are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pspflow.report.page import Figure, Section, Table
from pspflow.studies.temper.evaluate import CHANCE
from pspflow.studies.temper.options import TemperOptions
from pspflow.studies.temper.plausibility import FLOOR, OTHERS, PERSISTENCE, RULERS, SOURCE
from pspflow.studies.temper.preservation import REAL, UNTRANSFERRED

PAPER_DOMAINS = ("as_extruded", "t5", "t6")
FORWARD = (("as_extruded", "t5"), ("as_extruded", "t6"))
BACKWARD = (("t5", "as_extruded"), ("t6", "as_extruded"))
NETWORKS = {
    "glow": "a small flow that squeezes first (8 couplings or so a domain)",
    "realnvp": "RealNVP in two scales with 10 couplings a domain, as in the paper",
}
JUDGES = {
    "none": "no topological regularisation",
    "pinet": "persistence images by a frozen PI-Net (the paper's)",
    "exact": "exact persistence images, differentiated through their critical pixels (ours)",
}


@dataclass(frozen=True)
class Results:
    """What the sections rest on."""

    flows: Sequence[str]
    """Names of the trainings."""
    histories: Sequence[pd.DataFrame]
    """One a training."""
    checks: Sequence[pd.DataFrame]
    """One a training."""
    plausibility: pd.DataFrame
    effects: pd.DataFrame
    labels: pd.DataFrame | None
    """Label preservation; none where no domain has a label."""
    pictures: Mapping[str, bytes]
    """PNG bytes: `training`, `chips`, `samples`, `plausibility`, `labels`."""


def sections(results: Results, options: TemperOptions) -> list[Section]:
    """Write the sections on training, transfer, plausibility and labels."""
    body = [_training(results, options), _plausibility(results)]
    if results.labels is not None:
        body.append(_labels(results.labels, results.pictures["labels"], options))
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
        f"transferred by going there and back through another domain's network. Here: "
        f"{NETWORKS[flows.architecture]}, width {flows.width}, {flows.epochs} epochs, batches of "
        f"{flows.batch_size} chips of each domain, {flows.seeds} training(s) each. Discriminators "
        f"of chips always; of persistence images: {judges}. The epoch is chosen by the "
        "signal-to-noise ratio of synthetic validation chips: the one whose mean ratio is nearest "
        f"to real chips' (kept: {chosen}). A transfer there and back is exact by construction: the "
        "table checks the arithmetic, in image space (0 to 1) without rounding and in grey levels "
        "when the transferred chip is stored as 8 bits. It gives the likelihood of held-out chips.",
        [Table(checks, "Numerical checks of every training, on held-out chips.")],
        [
            Figure(
                results.pictures["training"],
                "Losses and signal-to-noise ratios over epochs; the epoch that was kept is marked.",
            ),
            Figure(
                results.pictures["chips"],
                "Transfer in every direction (the paper's Figure 4): the same held-out sources for "
                "every variant, and a real chip of the target beside them.",
            ),
            Figure(
                results.pictures["samples"],
                "Chips drawn from Gaussian noise (the other use in the paper's Figure 3), beside "
                "real ones.",
            ),
        ],
    )


def _plausibility(results: Results) -> Section:
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
        "Distances of transferred chips to real held-out chips of the target, each beside three "
        f"rulers: {SOURCE} (what doing nothing scores), {FLOOR} (the floor: chips of the same "
        f"specimens against each other) and {OTHERS} (what knowing the domain but not the specimen "
        "scores). KID takes a fixed bank of Gabor filters for its features. Intervals are of 95 % "
        "and resample specimens; below 12 specimens there are none.",
        tables,
        [
            Figure(
                results.pictures["plausibility"],
                "Distances to real chips of the target by direction, with rulers.",
            )
        ],
    )


def by_direction(table: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Arrange each measure as a row a direction, a column a regularisation or ruler."""
    kinds = table["flow"].where(table["flow"].isin(RULERS), table["flow"].str.split("/").str[0])
    way = table["source"].astype(str) + " → " + table["target"].astype(str)
    arranged = table.assign(kind=kinds, direction=way)
    order = [*dict.fromkeys(kinds[~kinds.isin(RULERS)]), *RULERS]
    parts = {}
    for key, rows in arranged.groupby(["measure", "unit"], sort=False):
        wide = rows.pivot_table(index="direction", columns="kind", values="value", sort=False)
        parts[key] = wide[order].reset_index()
    return parts


def _labels(labels: pd.DataFrame, png: bytes, options: TemperOptions) -> Section:
    runs = options.transfer.label_runs
    return Section(
        "Label preservation",
        "Support vector machines learn each target's label from real chips of training specimens, "
        "in three classes cut at their terciles, and are asked about held-out chips transferred "
        "into the target, whose right answer is their source specimen's label for it; "
        f"{runs} draws of training chips, balanced accuracy, intervals from resampled specimens. "
        "Controls: the sources as they are, and classifiers taught with permuted labels. Chance is "
        "33 %.",
        [Table(labels, "Balanced accuracy by target, feature, training and source.")],
        [Figure(png, "Label preservation by direction (the paper's Figure 5).")],
    )


def _verdict(results: Results, options: TemperOptions) -> Section:
    papers = tuple(options.data.labels) == PAPER_DOMAINS
    tables = (
        [Table(beside_paper(results, options), "The paper's run and this one.")] if papers else []
    )
    return Section("What reproduced and what did not", " ".join(findings(results)), tables)


def findings(results: Results) -> list[str]:
    """Say in sentences what the tables show."""
    wide = by_direction(results.plausibility)[PERSISTENCE, "1"].set_index("direction")
    kinds = [name for name in wide.columns if name not in RULERS]
    said = []
    for kind in kinds:
        beaten = wide.index[wide[kind] < wide[SOURCE]]
        near = wide.index[wide[kind] <= 2 * wide[FLOOR]]
        within = wide.index[wide[kind] <= wide[OTHERS]]
        said.append(
            f"By persistence images, {kind} beats doing nothing in {len(beaten)} of {len(wide)} "
            f"directions{_but(wide.index.difference(beaten))}; it lies within twice the floor in "
            f"{len(near)}, and within what other specimens of the target score in {len(within)}."
        )
    here = results.effects[results.effects["measure"] == PERSISTENCE]
    for kind, rows in here.groupby("regularisation", sort=False):
        better = (
            rows[rows["high"] < 0] if rows["high"].notna().any() else rows[rows["difference"] < 0]
        )
        worse = rows[rows["low"] > 0] if rows["low"].notna().any() else rows[rows["difference"] > 0]
        sure = (
            "with an interval that excludes 0" if rows["high"].notna().any() else "(no intervals)"
        )
        said.append(
            f"Against none, {kind} brings the persistence-image distance down in {len(better)} "
            f"directions and up in {len(worse)}, {sure}; over all directions its mean is "
            f"{rows['with'].mean() / rows['without'].mean():.2f} times that without."
        )
    if results.labels is not None:
        said += _label_findings(results.labels)
    return said


def _but(ways: Sequence[str]) -> str:
    return f" (not in {', '.join(ways)})" if len(ways) else ""


def _label_findings(labels: pd.DataFrame) -> list[str]:
    said = []
    flows = labels[~labels["flow"].isin([REAL, UNTRANSFERRED, ""])]
    flows = flows.assign(kind=flows["flow"].str.split("/").str[0])
    for (kind, features), rows in flows.groupby(["kind", "features"], sort=False):
        known = rows.dropna(subset="balanced_accuracy")
        means = known.groupby(["source", "target"], observed=True)["balanced_accuracy"].mean()
        lows = known.groupby(["source", "target"], observed=True)["low"].mean()
        sure = [f"{a} → {b}" for (a, b), low in lows.items() if low > CHANCE]
        told = ", ".join(f"{a} → {b} {value:.0%}" for (a, b), value in means.items())
        if told:
            said.append(
                f"Labels read from {features} of {kind}: {told}; above chance with their whole "
                f"interval: {', '.join(sure) or 'none'}."
            )
    return said


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
