"""Stage: the section on the transfer."""

from collections.abc import Mapping

import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table
from pspflow.studies.paths import (
    CatalogueTable,
    ChipTable,
    FigureFolder,
    MicrographStore,
    NamedStores,
    NamedTables,
    SectionFile,
)
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.temper.flows import paper as flows_paper
from pspflow.studies.temper.flows.kinds import by_kind
from pspflow.studies.temper.flows.options import FlowOptions
from pspflow.studies.temper.images import paper as images_paper
from pspflow.studies.temper.paths import (
    CopyTable,
    EffectTable,
    PlausibilityTable,
    PreservationTable,
)
from pspflow.studies.temper.transfer.examples import samples_and_real, transfers
from pspflow.studies.temper.transfer.figures import chips_figure, samples_figure
from pspflow.studies.temper.transfer.findings import Results
from pspflow.studies.temper.transfer.judged.spread import spread_between_trainings
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.plausibility_chart import plausibility_figure
from pspflow.studies.temper.transfer.preservation_chart import preservation_figure
from pspflow.studies.temper.transfer.section import Pictures, Scale, transfer_section
from pspflow.studies.temper.transfer.synthetic import Synthetic


@stage
def section(
    *,
    synthetic: NamedStores,
    checks: NamedTables,
    catalogue: CatalogueTable,
    micrographs: MicrographStore,
    chips: ChipTable,
    plausibility: PlausibilityTable,
    effects: EffectTable,
    copies: CopyTable,
    preservation: PreservationTable | None = None,
    figures: FigureFolder,
    section: SectionFile,
    simulated: bool = False,
    flows: FlowOptions = FlowOptions(),
    options: TransferOptions = TransferOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about the transfer; draw its figures.

    Parameters
    ----------
    synthetic, checks
        Tables of every training, by its name VARIANT/seedN.
    simulated
        Whether the specimens are simulated.
    flows
        How the flows were trained.
    """
    table, rows = read_table(catalogue), read_chips(chips)
    labels = None if preservation is None else read_table(preservation)
    distances = read_table(plausibility)
    results = Results(
        {name: read_table(path) for name, path in checks.items()},
        distances,
        read_table(effects),
        spread_between_trainings(distances, flows.comparisons),
        read_table(copies),
        labels,
    )
    made = {name: Synthetic(path, chips) for name, path in synthetic.items()}
    pictures = _draw(
        made,
        rows,
        Micrographs(micrographs),
        table,
        results,
        FigureSheet(figures, "transfer", origin),
    )
    chip_px = int(rows["size_px"].iloc[0])
    differences = images_paper.differences(chip_px, simulated=simulated)
    scale = Scale(
        papers_domains=images_paper.papers_domains(dict.fromkeys(table["domain"])),
        tested=bool((rows["split"] == "test").any()),
        differences=[*differences, *flows_paper.differences(flows)],
    )
    save_section(section, transfer_section(results, pictures, options, scale), origin)


def _draw(
    made: Mapping[str, Synthetic],
    rows: pd.DataFrame,
    store: Micrographs,
    catalogue: pd.DataFrame,
    results: Results,
    sheet: FigureSheet,
) -> Pictures:
    size_um = float(catalogue["pixel_size_um"].iloc[0])
    kinds = list(by_kind(made))
    samples, real = samples_and_real(made, rows, store, catalogue)
    labels = None
    if results.labels is not None:
        labels = sheet.save(
            "preservation",
            preservation_figure(results.labels),
            "Label preservation by direction (the paper's Figure 5).",
        )
    return Pictures(
        chips=sheet.save(
            "chips",
            chips_figure(transfers(made, rows, store, catalogue), size_um),
            "Transfer in every direction (the paper's Figure 4): the same held-out sources for "
            "every variant, and a real chip of the target.",
        ),
        samples=sheet.save(
            "samples",
            samples_figure(samples, real, size_um),
            "Chips that the first training of each variant draws from Gaussian noise (the other "
            "use in the paper's Figure 3), and real chips.",
        ),
        plausibility=sheet.save(
            "plausibility",
            plausibility_figure(results.plausibility, kinds),
            "Distances to real chips of the target by direction, with rulers.",
        ),
        preservation=labels,
    )
