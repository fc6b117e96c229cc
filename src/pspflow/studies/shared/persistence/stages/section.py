"""Stage: the section on persistence images is written."""

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table
from pspflow.microstructure.loader import cut_chips
from pspflow.report.section import Section
from pspflow.studies.paths import (
    CatalogueTable,
    ChipTable,
    CoverageTable,
    FigureFolder,
    GridTable,
    MicrographStore,
    PersistenceStore,
    SectionFile,
)
from pspflow.studies.shared.images.examples import drawn_chips
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.figures import example_of, persistence_figure
from pspflow.studies.shared.persistence.options import PersistenceOptions
from pspflow.studies.shared.persistence.section import persistence_part
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import Seed, stage


@stage
def section(
    *,
    catalogue: CatalogueTable,
    micrographs: MicrographStore,
    chips: ChipTable,
    persistence: PersistenceStore,
    grid: GridTable,
    coverage: CoverageTable,
    figures: FigureFolder,
    section: SectionFile,
    options: PersistenceOptions = PersistenceOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Write what the report says about persistence images; draw them for each domain.

    Parameters
    ----------
    options
        What was given, and what was left to be fitted.
    """
    table, rows, imaging = read_table(catalogue), read_chips(chips), pi.read_imaging(grid)
    domains = list(dict.fromkeys(table["domain"]))
    store = Micrographs(micrographs)
    shown = drawn_chips(rows, domains, seed)
    examples = {
        domain: example_of(cut_chips(store, few.iloc[:1])[0], imaging)
        for domain, few in shown.items()
    }
    images, domain_of = pi.images_of(persistence, chips), rows["domain"].to_numpy()
    means = {domain: images[domain_of == domain].mean(axis=0) for domain in domains}
    ranges = (imaging.birth_range, imaging.persistence_range)
    size_um = float(table["pixel_size_um"].iloc[0])
    drawn = FigureSheet(figures, "persistence", origin).save(
        "persistence",
        persistence_figure(examples, means, ranges, size_um),
        "A chip of each domain; the pixels that mark its long pairs (H0 where a component is "
        "born, H1 where a hole is filled); its persistence diagrams; and the mean persistence "
        "images of the domain. Axes in grey levels; square-root colour scale, common to the "
        "domains.",
    )
    part = persistence_part(imaging, read_table(coverage), options, drawn)
    save_section(section, Section(title=part.title, parts=(part,)), origin)
