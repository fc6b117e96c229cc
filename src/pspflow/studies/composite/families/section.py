"""What the report says about families of structures."""

from collections.abc import Mapping

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.composite.families.findings import findings
from pspflow.studies.composite.families.rebuilding import summary
from pspflow.studies.composite.families.transfer import matrix


def families_section(
    errors: pd.DataFrame, rebuilt: pd.DataFrame, figures: Mapping[str, Figure], counts: pd.DataFrame
) -> Section:
    """Report what carries over from a family of structures to another.

    Parameters
    ----------
    errors
        One row per network, trained_on, tested_on and run.
    rebuilt
        One row per family, model, run and structure.
    figures
        Figures transfer and rebuilt.
    counts
        Columns family and training_structures.
    """
    said = ", ".join(f"{row.family} {row.training_structures}" for row in counts.itertuples())
    return Section(
        title="Families of structures",
        findings=findings(errors, rebuilt),
        parts=(
            Part(
                title="Networks of one family tested on another",
                text="Structures of set all are cut Gaussian fields, as the paper's. Fibres "
                "are short cylinders along an axis, about it or in all directions; particles are "
                "spheres and prolate and oblate ellipsoids; both are placed by random sequential "
                "addition, hard as long as there is room and overlapping from there. Spinodal "
                "structures are of a Cahn-Hilliard decomposition, interwoven phases and sheets "
                "along their interfaces; interwoven phases resemble cut Gaussian fields. Moduli, "
                f"edge and range of the volume fractions are alike. Training structures: {said}. "
                "The mean relative error leaves out structures that have nearly no C11.",
                figures=(figures["transfer"],),
                tables=(
                    Table.of(
                        matrix(errors),
                        "Mean relative error of C11 in percent by training family (rows) and test "
                        "family (columns), means over the runs.",
                    ),
                    Table.of(matrix(errors, "mape"), "MAPE of C11 in percent, in the same way."),
                    Table.of(
                        matrix(errors, "bias_percent"),
                        "Mean of predicted less solved C11 over the mean solved value, in percent.",
                        detail=True,
                    ),
                ),
            ),
            Part(
                title="What decoders make of each family",
                text="Test structures are encoded and rebuilt by the decoder of a network trained "
                "on their family. mixture_statistics filters noise and cuts it, so that it makes "
                "cut Gaussian fields alone; mixture_convolved filters noise, passes it through a "
                "small network and filters it again, and its loss has lineal paths too. Distances "
                "to the training structures of the same morphology are in units of "
                "real-against-real: those of the test structures themselves stand first. What "
                "hardly varies among training structures counts most, up to ten times as much as "
                "the average. Two-point statistics are what filtered noise can match; the others "
                "are beyond.",
                figures=(figures["rebuilt"],),
                tables=(
                    Table.of(
                        summary(rebuilt),
                        "Error of the solved C11 against the test structure's, and distances: "
                        "means over structures and runs.",
                    ),
                ),
            ),
        ),
    )
