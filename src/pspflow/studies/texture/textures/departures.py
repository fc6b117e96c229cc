"""Where the textures depart from the paper's: what it does, what runs here, and why."""

from typing import Final

import pandas as pd

from pspflow.mechanics.texture.gsh import COUNT
from pspflow.studies.texture.textures import paper
from pspflow.studies.texture.textures.options import SheetOptions, TexturesOptions

FEW_GRAINS: Final = (
    "the time of the plasticity model grows with them; the parameters of 128 are 1.1 % from those "
    "of 3,000 of the same recipe, of 500 .4 % (medians of 30 textures)"
)


def departures(options: TexturesOptions) -> pd.DataFrame:
    """Tabulate the departures from the paper: `what`, `paper`, `here`, `why`."""
    rows = [
        (
            "coefficients",
            f"{paper.COEFFICIENTS} terms up to l = 12",
            f"{COUNT} up to l = 12",
            "cubic crystals in orthorhombic specimens have so many functions beside the constant; "
            "no degree gives 38",
        ),
        *(_of_sheet(options.files) if options.source == "sheet" else _of_simulated(options)),
        (
            "symmetry of the specimen",
            "not stated for the orientations",
            "each orientation and its three equivalents, before the plasticity model too",
            "coefficients describe the orthorhombic texture, so labels are of that texture",
        ),
    ]
    return pd.DataFrame(rows, columns=["what", "paper", "here", "why"])


def _of_simulated(options: TexturesOptions) -> list[tuple[str, str, str, str]]:
    made = options.simulated
    low, high = made.half_width_range_deg
    return [
        (
            "textures",
            "the data set of Park et al.: single crystals and polycrystals that sample the hull",
            f"single crystals, evenly spread, and mixtures of 1 to {made.largest} random crystals",
            "drawn here from a seed",
        ),
        (
            "spread around a crystal",
            "not stated",
            f"half width {low:g}° to {high:g}°; none below {low:g}°",
            "Taylor models converge badly for nearly perfect crystals",
        ),
        (
            "grains of a texture",
            "not stated",
            f"{made.grains}, chosen evenly, and their equivalents",
            FEW_GRAINS,
        ),
    ]


def _of_sheet(options: SheetOptions) -> list[tuple[str, str, str, str]]:
    return [
        ("textures", "the data set of Park et al.", "yours", "textures.source is 'sheet'"),
        (
            "grains of a texture",
            "not stated",
            f"{options.grains} of equal weight, chosen from the file's to have its texture",
            "the time of the plasticity model grows with them",
        ),
    ]
