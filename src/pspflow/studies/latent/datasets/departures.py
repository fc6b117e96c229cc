"""Departures from the report: what it does, what runs here, and why."""

from typing import Any, Final

import pandas as pd

from pspflow.studies.latent.datasets import paper
from pspflow.studies.latent.datasets.options import DatasetsOptions

LESS, SMALLER, CHOSEN = "less time", "a smaller plate", "chosen in the configuration"
OPEN: Final = "the report leaves it open"
NOT_SAID: Final = "not said"
FEWER_PIXELS: Final = "edge of the blocks of the drawing that a pixel averages"
WHY: Final = {
    "size_px": ("edge of the image in pixels", CHOSEN),
    "edge_sites": ("sites along each edge", LESS),
    "sites": ("sites along y and x", LESS),
    "spins": ("spins at the start", CHOSEN),
    "temperature": ("temperature kT", CHOSEN),
    "time": ("time of the simulation", "as long as what is simulated takes, or less time"),
    "speed": ("speed of the pool in sites per unit of time", CHOSEN),
    "hatch_sites": ("distance between passes in sites", SMALLER),
    "overrun_sites": (
        "sites that passes overrun the plate",
        "with none, the pool's last place in a pass stays without grains",
    ),
    "pool_width_sites": ("width of the pool in sites", SMALLER),
    "pool_tail_sites": ("length of the pool's tail in sites", SMALLER),
    "pool_cap_sites": ("length of the pool's front in sites", SMALLER),
    "zone_width_sites": ("width of the heat-affected zone in sites", SMALLER),
    "zone_tail_sites": ("length of the zone's tail in sites", SMALLER),
    "zone_cap_sites": ("length of the zone's front in sites", SMALLER),
    "mobility_decay": ("factor of the mobility's decay", CHOSEN),
    "teardrop": ("shape of the teardrop", CHOSEN),
    "zone_sites": ("width of the zone around the pool in sites", SMALLER),
    "margin_sites": ("sites that are cut off at either end", SMALLER),
    "image_px": ("rows and columns of the drawing", "fewer sites"),
    "averaging": (FEWER_PIXELS, "smaller images, which train faster"),
}
"""What each option is called, and why it differs."""
RANDOM_ORDER: Final = (
    "order of the sites in a sweep",
    "row by row",
    "random",
    "sweeps by rows bias grains, up to a single one",
)
NO_VARIANTS: Final = (
    "inpainted",
    "variants of one micrograph",
    "shown in Figure 2-6",
    "not made",
    "they need a micrograph; add inpainted to latent.datasets.use",
)
CLOCK: Final = (
    "unit of time",
    "Monte Carlo steps in the text, time of a kinetic Monte Carlo solver in the listing",
    "time of the kinetic Monte Carlo clock",
    "the listing is what ran; sweeps would give other grain counts",
)


def departures(options: DatasetsOptions) -> pd.DataFrame:
    """Tabulate the departures: `dataset`, `what`, `report`, `here`, `why`."""
    rows = [
        ("all", *each)
        for each in (
            (
                "images for training, validation and test",
                f"{paper.TRAINING_IMAGES:,}, none, {paper.TEST_IMAGES:,}",
                ", ".join(f"{count:,}" for count in options.counts.sizes),
                "validation images choose the epoch, which test images must not; fewer are faster",
            ),
        )
    ]
    for name in dict.fromkeys(map(section_of, options.use)):
        rows += [(name, *row) for row in _of_settings(options, name)]
        rows += [(name, *row) for row in _always(options, name)]
    if "inpainted" not in options.use:
        rows.append(NO_VARIANTS)
    return pd.DataFrame(rows, columns=["dataset", "what", "report", "here", "why"]).replace(
        {"dataset": {"_": " "}}, regex=True
    )


def section_of(dataset: str) -> str:
    """Name the section of the options that a dataset has."""
    return "gaussian" if dataset.startswith("gaussian") else dataset


def written(name: str, value: Any) -> str:
    """Write the value of an option as text; a range of equal ends is one value."""
    if isinstance(value, tuple):
        values = [written(name, each) for each in value]
        if not name.startswith(("pool_", "volume_fraction_")):
            return ", ".join(values)
        return " to ".join(dict.fromkeys(values))
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


def _of_settings(options: DatasetsOptions, name: str) -> list[tuple[str, str, str, str]]:
    """List the options of a dataset that are not the report's."""
    here = getattr(options, name)
    return [
        (WHY[key][0], written(key, value), written(key, getattr(here, key)), WHY[key][1])
        for key, value in paper.SETTINGS.get(name, {}).items()
        if getattr(here, key) != value
    ]


def _always(options: DatasetsOptions, name: str) -> list[tuple[str, str, str, str]]:
    """List what the report leaves open, and what can only be done otherwise."""
    if name == "gaussian":
        given = options.gaussian
        matrix = "; ".join(written("covariance_px2", row) for row in given.covariance_px2)
        rows = [
            ("covariance matrix of the filter in square pixels", NOT_SAID, matrix, OPEN),
            (
                "grey levels from 0 to 255",
                NOT_SAID,
                f"the mean and {given.deviations:g} standard deviations on either side",
                f"{OPEN}; one map for all images keeps what differs between them",
            ),
        ]
        if "gaussian_binary" in options.use:
            share = written("volume_fraction_range", given.volume_fraction_range)
            rows.append(("share of bright pixels of a binary image", NOT_SAID, share, OPEN))
        return rows
    if name == "inpainted":
        return [
            (
                "how holes are filled",
                "patches from elsewhere in the micrograph (non-local)",
                "the smoothest surface that fits the pixels around a hole (biharmonic)",
                "a method of a maintained library; it continues edges, but makes no new texture",
            ),
            (
                "images of different splits",
                NOT_SAID,
                "from regions of the micrograph that do not overlap",
                "variants of one place are copies of each other, but for their holes",
            ),
        ]
    line = (
        "width of the lines between grains in sites",
        "as SPPARKS draws them",
        written("line_sites", getattr(options, name).line_sites),
        "drawn anew from the labels, which are kept",
    )
    if name == "grain_growth":
        return [line, CLOCK]
    return [line, *([RANDOM_ORDER] if name == "weld" else [])]
