"""Command: what a measured texture is, and how it yields."""

from pathlib import Path
from typing import Final, Literal

from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.pages import read_figure, save_figure, save_page
from pspflow.io.sheet import write_sheet
from pspflow.io.textures import QuaternionOrder, QuaternionSense, Unit
from pspflow.logs import log
from pspflow.mechanics.plasticity.tension import RATE_SENSITIVITY
from pspflow.report.page import Page, html, markdown
from pspflow.seeds import generator
from pspflow.studies.shared.output_folders import check_output_folder
from pspflow.studies.stage import Seed, stage
from pspflow.studies.texture.analysis.measured import analyse_texture
from pspflow.studies.texture.analysis.page import sections_of
from pspflow.studies.texture.analysis.pictures import figures_of
from pspflow.studies.texture.analysis.reading import check_rate_sensitivity, read_texture
from pspflow.studies.texture.analysis.tables import tables_of

PAGE, TWIN = "report.html", "report.md"
TABLES: Final = (
    "summary.csv",
    "coefficients.csv",
    "odf.csv",
    "components.csv",
    "points.csv",
    "in_plane.csv",
    "parameters.csv",
)
FIGURES: Final = (
    "pole_figures.png",
    "odf_usual_sections.png",
    "odf_all_sections.png",
    "in_plane.png",
    "taylor_map.png",
)


@stage
def analyse(
    orientations: Path,
    /,
    *,
    out: Path,
    unit: Unit | None = None,
    quaternion_order: QuaternionOrder | None = None,
    quaternion_sense: QuaternionSense | None = None,
    phase: str | None = None,
    slip: Literal["fcc", "bcc"] = "fcc",
    rate_sensitivity: float = RATE_SENSITIVITY,
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Analyse a texture: ODF, pole figures, components, Taylor factors, yield stress and r-value.

    Parameters
    ----------
    orientations
        Your map (.ang, .ctf) or table (MTEX text, VPSC, CSV) of Bunge–Euler angles or quaternions
        of cubic crystals; X is the rolling direction.
    out
        Folder to make: report.html and report.md, tables as CSV, figures as PNG.
    unit
        Unit of the angles, where the file does not tell, or tells wrongly.
    quaternion_order
        Where the scalar stands in four numbered columns.
    quaternion_sense
        Which coordinates quaternions turn into which, where the header has words against
        crystal_to_specimen.
    phase
        Number or name of the phase, where points belong to several.
    slip
        Slip systems: fcc {111}<110>, or bcc {110}<111> and {112}<111>.
    rate_sensitivity
        Exponent m of the slip rate, 1 divided by a whole number.

    Raises
    ------
    InputError
        If the file cannot be used, or the folder holds something else.
    """
    check_rate_sensitivity(rate_sensitivity)
    out = out.resolve()
    check_output_folder(out, (PAGE,), "an earlier analysis", (TWIN, *TABLES, *FIGURES))
    texture = read_texture(orientations, unit, quaternion_order, quaternion_sense, phase)
    log.info("%s: %d orientations", orientations, len(texture))
    origin = origin.including({"orientations": orientations})
    found = analyse_texture(
        texture.angles_rad,
        texture.weights,
        generator(seed, "analysis"),
        slip=slip,
        rate_sensitivity=rate_sensitivity,
    )
    for sheet in (found.as_given, found.symmetric):
        for failure in sheet.failures:
            log.warning("%s", failure)
    log.info("tables and figures")
    tables = tables_of(texture, found)
    with replacing(out) as staged:
        staged.mkdir()
        for name, table in tables.items():
            write_sheet(staged / f"{name}.csv", table)
        pictures = {}
        for name, figure in figures_of(texture, found).items():
            save_figure(staged / f"{name}.png", figure, origin)
            pictures[name] = read_figure(staged / f"{name}.png")
        page = Page(
            title=f"Texture of {orientations.name}",
            sections=sections_of(
                orientations.name, texture, found, tables, pictures, slip, rate_sensitivity
            ),
            provenance={"analysis": origin.as_dict()},
        )
        save_page(staged / PAGE, html(page))
        save_page(staged / TWIN, markdown(page, {name: f"{name}.png" for name in pictures}))
    log.info(
        "texture index %.3g, mean Taylor factor %.3f: %s",
        found.texture_index,
        found.mean_taylor_factor,
        out / PAGE,
    )
