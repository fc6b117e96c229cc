"""What the report says of single specimens."""

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.temper.specimens.findings import findings, summary
from pspflow.studies.temper.specimens.options import FARTHEST, SpecimenOptions
from pspflow.studies.temper.specimens.rulers import KNOWN, MATCHED, REAL, SOURCE


def specimens_section(
    agreement: pd.DataFrame, gains: pd.DataFrame, picture: Figure, options: SpecimenOptions
) -> Section:
    """Write the section.

    Parameters
    ----------
    agreement
        As `agreement.agreement` returns it.
    gains
        As `gains.gains` returns it.
    picture
        The rank correlations.
    options
        How the structure is read.
    """
    return Section(
        title="Single specimens",
        findings=findings(agreement, gains),
        parts=(
            Part(
                title="What transferred specimens keep",
                text="Sets of transferred chips can be like real ones while each specimen has lost "
                "what is its own. Simulated specimens have a known number density and mean radius "
                "of precipitates in every temper. Both are read from the mean features of a "
                "specimen's chips, persistence images and Gabor filters, by ridge regressions of "
                f"their logarithms on real training chips of the target (up to "
                f"{options.chips_per_specimen} of a specimen); features are followed to "
                f"{FARTHEST:g} standard deviations of these. Does what is read from a "
                "transferred specimen rise and fall with what this specimen has in the target? "
                "Spearman's rank correlation over held-out specimens, and the slope of what is "
                "read on what is true (logarithms; 1: differences are kept in full). Rulers: "
                f"{REAL}, which bound the reading; {SOURCE}; {MATCHED}; {KNOWN}, by a regression "
                "on training specimens: heat treatment adds what no micrograph of the source "
                "shows. A conditional GAN is given the label that the specimen has in the target, "
                "which depends on its structure there and which no transfer knows. Gain is the "
                "rank correlation less that of the untransferred source. 95 % intervals of single "
                "trainings resample specimens; those of gains over all trainings of a kind are "
                "Student's, from the spread over trainings and over resampled specimens, their "
                "probabilities adjusted for all directions and quantities "
                "(Holm). Below 12 specimens there are none.",
                figures=(picture,),
                tables=(
                    Table.of(
                        summary(agreement),
                        "Agreement with the true structure: means over trainings and of limits.",
                    ),
                    Table.of(gains, "Gains over the untransferred source, of each kind."),
                ),
            ),
        ),
    )
