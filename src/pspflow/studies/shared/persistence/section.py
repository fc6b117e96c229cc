"""What the report says about persistence images."""

import pandas as pd

from pspflow.report.section import Figure, Part, Table
from pspflow.studies.shared.persistence.options import Imaging, PersistenceOptions

FITTED = ("birth_range", "persistence_range", "sigma", "unit_persistence")
NAMES = {
    "resolution": "resolution (pixels)",
    "birth_range": "births (grey levels)",
    "persistence_range": "persistences (grey levels)",
    "sigma": "standard deviation of the Gaussians (grey levels)",
    "unit_persistence": "persistence of weight 1 (grey levels)",
    "infinite_death": "death of the essential class",
}
"""Settings as the table calls them, with their units."""
BACKENDS = {
    "exact": "the project's own kernel",
    "gudhi": "gudhi (cubical complexes)",
    "ripser": "ripser (lower-star filtrations)",
}


def persistence_part(
    imaging: Imaging, coverage: pd.DataFrame, options: PersistenceOptions, figure: Figure
) -> Part:
    """Describe how persistence images were made, and what their grid does not cover.

    Parameters
    ----------
    imaging
        What they were made with.
    coverage
        Share of the pairs' weight outside the grid, by domain and split.
    options
        What was given, and what was left to be fitted.
    figure
        Examples.
    """
    births, spans = imaging.birth_range, imaging.persistence_range
    cells = "top cells" if imaging.convention == "T" else "vertices"
    given = [name for name in FITTED if getattr(options, name) is not None]
    source = "fitted to training chips" + (f", except {', '.join(given)}" if given else "")
    never = "is closed at the chip's maximum" if imaging.infinite_death == "max" else "is left out"
    text = (
        f"Exact persistent homology of sublevel sets by {BACKENDS[imaging.backend]}, pixels as "
        f"{cells} (convention {imaging.convention}); the essential class {never}. Persistence "
        f"images of {imaging.resolution} x {imaging.resolution} pixels over births {births[0]:g} "
        f"to {births[1]:g} and persistences {spans[0]:g} to {spans[1]:g} grey levels; Gaussians of "
        f"standard deviation {imaging.sigma:.3g} grey levels; weight: {imaging.weight}, 1 at a "
        f"persistence of {imaging.unit_persistence:.4g} grey levels. These were {source}."
    )
    settings = pd.Series(imaging.model_dump(), dtype=object)
    settings[["birth_range", "persistence_range"]] = [
        f"{low:.4g} to {high:.4g}" for low, high in (births, spans)
    ]
    tables = (
        Table.of(coverage, "Share of the pairs' weight outside the grid, on a sample of chips."),
        Table.of(
            settings.rename(NAMES).rename_axis("setting").reset_index(name="value"),
            "Settings of the persistence images, with what was fitted to training chips.",
        ),
    )
    return Part(title="Persistence", text=text, figures=(figure,), tables=tables)
