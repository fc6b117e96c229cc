"""The stage that writes the composite study's report."""

from pathlib import Path

import pandas as pd

from pspflow.io.arrays import get_array, open_store
from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.pages import read_figure, save_page
from pspflow.io.tables import read_table
from pspflow.options import Names, Paths
from pspflow.report.page import Section, render
from pspflow.studies.composite import page, page_inverse
from pspflow.studies.composite.findings import findings
from pspflow.studies.composite.options import CompositeOptions
from pspflow.studies.composite.structures import PHASE


def report(
    *,
    structures: Path,
    trainings: Names,
    histories: Paths,
    tables: Names,
    table_files: Paths,
    pictures: Names,
    picture_files: Paths,
    page_file: Path,
    options: CompositeOptions = CompositeOptions(),
    seed: int = 0,
) -> None:
    """Write the report: one page with every table and figure of the study.

    Parameters
    ----------
    structures
        Zarr store of all structures.
    trainings, histories
        Names of the networks, SET/TARGET/MODEL/runN, and the tables of their losses.
    tables, table_files
        Names of the tables that the page shows, and the tables.
    pictures, picture_files
        Names of the figures, and the PNG files.
    page_file
        HTML page to write.
    options
        The study's options.
    seed
        The run's seed.
    """
    inputs: Inputs = {
        "structures": structures,
        "histories": histories,
        "tables": table_files,
        "pictures": picture_files,
    }
    origin = Provenance.of("composite report", inputs, options, seed)
    known = {name: read_table(path) for name, path in zip(tables, table_files, strict=True)}
    losses = {name: read_table(path) for name, path in zip(trainings, histories, strict=True)}
    known["trainings"] = page.trainings(losses)
    edge = get_array(open_store(structures), PHASE).shape[1]
    known["edge"] = pd.DataFrame({"edge": [edge]})
    drawn = {name: read_figure(path) for name, path in zip(pictures, picture_files, strict=True)}
    simulated = options.papers_material
    body = [
        Section(
            "What reproduced and what did not",
            "",
            points=findings(known, simulated=simulated),
        ),
        page.structures_section(known, drawn, options),
        page.networks_section(known, options),
        *page.forward_sections(known, drawn, options),
        *page_inverse.inverse_sections(known, drawn, options),
        page_inverse.annealing_section(known, drawn, options),
        *page_inverse.reconstruction_sections(known, drawn, options),
        page.localization_section(known, drawn, options),
    ]
    lead = page.lead(known["structures"], options)
    save_page(page_file, render("pspflow: composite study", lead, body, origin.as_dict()))
