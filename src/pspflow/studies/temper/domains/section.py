"""What the report says of the domains that real chips tell."""

import pandas as pd

from pspflow.report.section import Part, Section, Table
from pspflow.studies.temper.domains.classification import MICROGRAPHS
from pspflow.studies.temper.domains.options import DomainOptions


def domains_section(
    accuracy: pd.DataFrame, confusions: pd.DataFrame, options: DomainOptions
) -> Section:
    """Write the section.

    Parameters
    ----------
    accuracy, confusions
        As `classification.domain_accuracy` returns them.
    options
        How domains were classified.
    """
    noted = accuracy if accuracy["note"].any() else accuracy.drop(columns="note")
    tables = [Table.of(noted, "Classification of the domain, on held-out specimens.")]
    if len(confusions):
        tables.append(
            Table.of(confusions, "Shares of the chips of a domain that are classified as each.")
        )
    return Section(
        title="Domains",
        findings=findings(accuracy),
        parts=(
            Part(
                title="Domains that real chips tell",
                text="Domains that real chips do not tell apart leave a transfer nothing to do. "
                "Support vector machines classify chips, cross-validated over "
                f"{options.folds} groups of specimens, up to {options.chips_per_specimen} chips of "
                "a specimen and domain; a micrograph is what most of its chips are. Balanced "
                "accuracy, 95 % intervals from resampled specimens (none below 12 of a domain). "
                "Grey mean and deviation are the control: what brightness and contrast alone tell.",
                tables=tuple(tables),
            ),
        ),
    )


def findings(accuracy: pd.DataFrame) -> tuple[str, ...]:
    """Give the accuracies of chips and of micrographs for each kind of feature, the least first."""
    said = []
    for name, rows in accuracy.groupby("features", sort=False):
        known = rows.dropna(subset="balanced_accuracy").set_index("judged")
        if known.empty:
            continue
        each = [
            f"{100 * row.balanced_accuracy:.0f} %{_limits(row.low, row.high)} of the {judged}"
            + (" by the vote of their chips" if judged == MICROGRAPHS else "")
            for judged, row in known.iterrows()
        ]
        text = f"{' and '.join(each)}: the domain is told from {name} (balanced accuracy)."
        said.append((float(known["balanced_accuracy"].min()), text))
    return tuple(text for _, text in sorted(said))


def _limits(low: float, high: float) -> str:
    return "" if pd.isna(low) else f" ({100 * low:.0f} to {100 * high:.0f} %)"
