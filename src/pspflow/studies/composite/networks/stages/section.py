"""Stage: the report's section about the networks is written."""

from typing import cast

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, table_provenance
from pspflow.studies.composite.networks.departures import Data
from pspflow.studies.composite.networks.figures import ablation_figure, reconstruction_figure
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.networks.section import networks_section
from pspflow.studies.composite.networks.symmetry import COPIES
from pspflow.studies.composite.paths import (
    MismatchTable,
    RebuiltStore,
    ReconstructionStore,
    ReconstructionTable,
)
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import FigureFolder, NamedHistories, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage


@stage
def section(
    *,
    histories: NamedHistories,
    reconstructions: ReconstructionTable,
    reconstructed: ReconstructionStore,
    mismatch: MismatchTable,
    rebuilt: RebuiltStore,
    figures: FigureFolder,
    section: SectionFile,
    options: NetworkOptions = NetworkOptions(),
    training_structures: int | None = None,
    origin: Provenance,
) -> None:
    """Write what the report says about the networks; draw reconstructions and the slice ablation.

    Parameters
    ----------
    options
        The options of the chapter.
    training_structures
        Number of training structures of set all.
    """
    rows, errors, store = read_table(reconstructions), read_table(mismatch), open_store(rebuilt)
    variants = cast("list[str]", store.attrs["variants"])
    first = {name: each[0] for name, each in zip(variants, read_values(store, PHASE), strict=True)}
    sheet = FigureSheet(figures, "networks", origin)
    drawn = {
        "reconstructions": sheet.save(
            "reconstructions",
            reconstruction_figure(rows, read_values(open_store(reconstructed), PHASE)),
            "Test structures above their reconstructions (the paper's Figure 6), with volume "
            "fraction and solved C11.",
        ),
        "slice_ablation": sheet.save(
            "slice_ablation",
            ablation_figure(first, errors),
            "Observed structure, both rebuilt ones, and slices.",
        ),
    }
    known = {name: read_table(path) for name, path in histories.items()}
    copies = {
        name: said
        for name, path in histories.items()
        if (said := table_provenance(path)["options"].get(COPIES))
    }
    data = Data(
        edge_voxels=int(next(iter(first.values())).shape[-1]),
        training_structures=training_structures,
        runs=len({name.split("/")[3] for name in histories}),
    )
    made = networks_section(known, rows, errors, drawn, options, data, copies)
    save_section(section, made, origin)
