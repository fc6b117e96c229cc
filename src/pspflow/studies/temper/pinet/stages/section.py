"""Stage: the section on PI-Net."""

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import read_chips
from pspflow.io.tables import read_table
from pspflow.studies.paths import (
    ChipTable,
    FigureFolder,
    NamedHistories,
    NamedStores,
    NamedTables,
    PersistenceStore,
    SectionFile,
)
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.temper.images import paper
from pspflow.studies.temper.pinet.figures import parity_figure
from pspflow.studies.temper.pinet.options import PINetOptions
from pspflow.studies.temper.pinet.section import Results, pinet_section


@stage
def section(
    *,
    predictions: NamedStores,
    errors: NamedTables,
    speeds: NamedTables,
    histories: NamedHistories,
    chips: ChipTable,
    persistence: PersistenceStore,
    figures: FigureFolder,
    section: SectionFile,
    simulated: bool = False,
    options: PINetOptions = PINetOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about PI-Net; draw its figure.

    Parameters
    ----------
    predictions, errors, speeds, histories
        Stores of each head, by its name.
    simulated
        Whether the specimens are simulated.
    """
    exact = read_values(open_store(persistence), pi.IMAGES)
    pairs = {}
    for head, path in predictions.items():
        store = open_store(path)
        pairs[head] = (exact[read_values(store, "position")], read_values(store, pi.IMAGES))
    parity = FigureSheet(figures, "pinet", origin).save(
        "parity",
        parity_figure(pairs),
        "Pixels of persistence images: those that PI-Net predicts against the exact ones.",
    )
    results = Results(
        *(
            {head: read_table(path) for head, path in paths.items()}
            for paths in (errors, speeds, histories)
        )
    )
    rows = read_chips(chips)
    comparable = simulated or paper.papers_domains(dict.fromkeys(rows["domain"]))
    differences = paper.differences(int(rows["size_px"].iloc[0]), simulated=simulated)
    written = pinet_section(results, parity, options, differences, comparable=comparable)
    save_section(section, written, origin)
