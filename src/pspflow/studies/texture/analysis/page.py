"""The page of an analysis: what was read, the texture, and how it yields."""

from collections.abc import Mapping

import pandas as pd

from pspflow.io.textures import Orientations
from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.texture.analysis.measured import Analysis
from pspflow.studies.texture.analysis.pictures import spread_deg
from pspflow.studies.texture.analysis.sentences import results_of, warnings_of

AXES = (
    "X is the rolling direction (RD), Y the transverse one (TD), Z the normal, as the file's "
    "angles refer to them; no turn is applied."
)


def sections_of(
    name: str,
    texture: Orientations,
    found: Analysis,
    tables: Mapping[str, pd.DataFrame],
    pictures: Mapping[str, bytes],
    slip: str,
    rate_sensitivity: float,
) -> dict[str, Section]:
    """Write the sections of the page.

    Parameters
    ----------
    name
        Name of the file, for people.
    texture
        What was read.
    found
        Its analysis.
    tables, pictures
        As of `tables_of`, and PNGs of `figures_of`.
    slip, rate_sensitivity
        Slip systems and rate sensitivity of the analysis.
    """

    def shown(figure: str, caption: str) -> tuple[Figure, ...]:
        made = pictures.get(figure)
        return () if made is None else (Figure(name=figure, png=made, caption=caption),)

    phase = f"phase {texture.phase}" if texture.phase is not None else "the only phase"
    lead = (
        f"{len(texture):,} orientations of {phase} from {name} ({texture.source}), crystal "
        f"symmetry {texture.symmetry or 'not named, taken as m-3m'}. {AXES}"
    )
    decided = pd.DataFrame(
        [
            *(("check", each) for each in texture.doubts),
            *(("decided", each) for each in texture.notes),
            *(("left out", f"{count:,} points: {why}") for why, count in texture.left_out.items()),
        ],
        columns=["kind", "what"],
    )
    read = Table.of(decided, "What reading the file decided.")
    spread = (
        f"Pole figures, seen from ND: RD to the right, TD up; equal-area projection, upper "
        f"hemisphere, each point spread by {spread_deg(found):g}° (half width). Lines: 1 mrd."
    )
    cut = (
        "The series ends at l = 12: what is narrower than about 15° is blunted, and densities may "
        "be negative (blue, hatched)."
    )
    how = (
        f"Taylor model, slip systems {slip}, rate sensitivity {rate_sensitivity:g}, no hardening. "
        "Stresses are in units of the critical resolved shear stress."
    )
    return {
        "reading": Section(
            title="What was read",
            lead=lead,
            findings=(*warnings_of(texture, found), *results_of(found)),
            parts=(
                Part(
                    title="Decisions",
                    text="" if len(decided) else "Nothing had to be decided.",
                    tables=(read,) if len(decided) else (),
                ),
            ),
        ),
        "texture": Section(
            title="Texture",
            parts=(
                Part(title="Pole figures", figures=shown("pole_figures", spread)),
                Part(
                    title="Orientation distribution",
                    text=cut,
                    figures=(
                        *shown(
                            "odf_usual_sections",
                            "Sections of the ODF where the standard components lie.",
                        ),
                        *shown("odf_all_sections", "All sections of the ODF in steps of 5°."),
                    ),
                ),
                Part(
                    title="Components",
                    tables=(
                        Table.of(
                            tables["components"],
                            "Volume fractions within 15° of a component, each point counted for "
                            "the nearest one; variants in the orthorhombic specimen count too.",
                        ),
                    ),
                ),
                Part(
                    title="Coefficients",
                    tables=(
                        Table.of(
                            tables["coefficients"],
                            "Coefficients of the symmetrised generalised spherical harmonics "
                            "(cubic crystal, orthorhombic specimen), in Bunge's normalisation; "
                            "C4_21 is the second harmonic of the specimen and the first of the "
                            "crystal.",
                        ),
                    ),
                ),
            ),
        ),
        "plasticity": Section(
            title="Plasticity",
            parts=(
                Part(
                    title="Tension in the plane of the sheet",
                    text=how,
                    figures=shown("in_plane", "Yield stress and r-value over the angle to RD."),
                    tables=(Table.of(tables["in_plane"], "The same in numbers."),),
                ),
                Part(
                    title="Taylor factors",
                    text="Bishop and Hill's, for tension along X with equal lateral strains, in "
                    "the rate-insensitive limit; those of all points are in points.csv.",
                    figures=shown(
                        "taylor_map",
                        "Taylor factor of every point in the coordinates of the file, y down; "
                        "grey: no point.",
                    ),
                ),
                Part(
                    title="Anisotropy parameters",
                    text="18 yield stresses over that along X, and 36 lateral strain increments "
                    "for an axial one of 1 / stress, in the planes XY, YZ and ZX.",
                    tables=(Table.of(tables["parameters"], "The 54 anisotropy parameters."),),
                ),
            ),
        ),
    }
