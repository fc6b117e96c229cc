"""What the report says about localization: headline rows, text and tables."""

from collections.abc import Iterator, Mapping

import pandas as pd

from pspflow.report.section import Figure, Headline, Part, Section, Table
from pspflow.studies.composite.localization import paper
from pspflow.studies.composite.localization.findings import PRINTED, findings
from pspflow.studies.composite.localization.names import LARGEST_WINDOW, window_of
from pspflow.studies.composite.structures.paper import EDGE_VOXELS
from pspflow.training.undertrained import undertrained


def localization_section(
    accuracy: pd.DataFrame,
    speed: pd.DataFrame,
    histories: Mapping[str, pd.DataFrame],
    figures: dict[str, Figure],
    edge: int,
    *,
    papers_material: bool,
) -> Section:
    """Report localization with networks, compared with linear models.

    Parameters
    ----------
    accuracy
        One row per model, with measures and their intervals.
    speed
        One row per way to the strains, with its time.
    histories
        Name of each network, its losses by epoch.
    figures
        Figures slices, parity and speed.
    edge
        Voxels along an edge of the structures.
    papers_material
        Whether the structures are of the report's material: only then its values compare.
    """
    early = undertrained(
        {f"localizer {name}": each for name, each in histories.items()},
        "validation_loss",
        "the validation loss",
        "epochs of composite.localization.cpnet or fno",
    )
    return Section(
        title="Strain of every voxel",
        headline=tuple(headline(accuracy, edge, papers_material=papers_material)),
        findings=(*early, *findings(accuracy, papers_material=papers_material)),
        parts=(
            Part(
                title="Accuracy and speed",
                text=_text(edge),
                figures=tuple(figures.values()),
                tables=(
                    Table.of(accuracy, "Accuracy of local strains on test structures."),
                    Table.of(
                        speed,
                        "Seconds per structure on this machine (the trade-off of Figure 4-1).",
                    ),
                ),
            ),
        ),
    )


def _text(edge: int) -> str:
    window = window_of(edge)
    return (
        "Strain along x under a macroscopic strain of 0.001 along x. CPNet maps a window of the "
        "filtered structure to the strains at its centre (cpnet7: 7 voxels along an edge). As "
        f"printed it has a window of {LARGEST_WINDOW} and {paper.CPNET_PARAMETERS:,} parameters; "
        f"here it has a window of {window} in cells of {edge}"
        f"{', the whole cell' if window >= edge - 1 else ''}. fno is a Fourier neural operator on "
        "the whole cell; mks is a linear convolution fitted in the Fourier domain; phase_mean is "
        "the mean strain of each phase. Accuracy is the squared Pearson correlation, as in the "
        "report, and the coefficient of determination, pooled over the voxels of test structures, "
        "with 95 % intervals from resampled specimens."
    )


def headline(accuracy: pd.DataFrame, edge: int, *, papers_material: bool) -> Iterator[Headline]:
    """Yield the report's values of CPNet with ours."""
    rows = accuracy.set_index("model")
    low, high = paper.LOCALIZATION_R2
    quantity = "Squared Pearson correlation of local strains, CPNet (latent report, section 4)"
    reported = f"{low:.2f} to {high:.2f}"
    if PRINTED not in rows.index:
        yield Headline(
            quantity=quantity,
            paper=reported,
            here="–",
            verdict="not comparable",
            why=f"this run does not train {PRINTED}",
        )
        return
    row = rows.loc[PRINTED]
    value = row["squared_pearson"]
    ends = f"{row['squared_pearson_low']:.2f} to {row['squared_pearson_high']:.2f}"
    scale = "" if edge == EDGE_VOXELS else f"cells of {edge} voxels, not {EDGE_VOXELS}"
    yield Headline(
        quantity=quantity,
        paper=reported,
        here=f"{value:.2f} ({ends})",
        verdict=("reached" if value >= low else "not reached")
        if papers_material
        else "not comparable",
        why=scale
        if papers_material
        else "the structures are of another material than the report's",
    )
    count, window = int(row["parameters"]), window_of(edge)
    printed = window == LARGEST_WINDOW
    same = "reached" if count == paper.CPNET_PARAMETERS else "not reached"
    yield Headline(
        quantity="Trainable parameters of CPNet (latent report, section 4.3)",
        paper=f"{paper.CPNET_PARAMETERS:,}",
        here=f"{count:,}",
        verdict=same if printed else "not comparable",
        why=""
        if printed
        else f"a window of {window} voxels in cells of {edge}, not {LARGEST_WINDOW}",
    )
