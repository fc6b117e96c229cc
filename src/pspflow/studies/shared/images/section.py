"""What the report says about micrographs and chips."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from pspflow.report.section import Figure, Part, Table
from pspflow.studies.shared.images.options import SectionOptions

UNITS: Final = {
    "specimen": "specimen",
    "micrograph": "whole micrograph",
    "region": "region of a micrograph",
}
"""What a split keeps in one piece, by the option `split.by`."""


def lead(catalogue: pd.DataFrame, options: SectionOptions) -> str:
    """Say what the report rests on, and above all whether anyone ever measured it."""
    images = f"{len(catalogue)} micrographs of {catalogue['specimen'].nunique()} specimens"
    if options.simulated:
        return (
            f"This report rests on {images} that are simulated: no value in it was measured on a "
            "material. Set images.source to 'micrographs' to use your own."
        )
    return f"This report rests on {images} from {options.sheet}."


def micrographs_part(catalogue: pd.DataFrame, grey_range: Sequence[float], figure: Figure) -> Part:
    """Describe the micrographs of each domain.

    Parameters
    ----------
    catalogue
        Table of the micrographs.
    grey_range
        Grey levels of the files that became 0 and 255.
    figure
        Examples.
    """
    groups = catalogue.groupby("domain", sort=False)
    table = pd.DataFrame(
        {
            "domain": list(groups.groups),
            "specimens": groups["specimen"].nunique().to_numpy(),
            "micrographs": groups.size().to_numpy(),
            "megapixels": (groups.apply(_megapixels, include_groups=False)).to_numpy(),
            "label": groups["label"].first().replace("", "–").to_numpy(),
        }
    )
    size_um = catalogue["pixel_size_um"].iloc[0]
    scale = f"one pixel is {size_um:.4g} µm" if np.isfinite(size_um) else "pixel size unknown"
    rescaled = int((catalogue["scale"] != 1).sum())
    coloured = int(catalogue["colour"].sum())
    low, high = grey_range
    text = (
        f"Common scale: {scale}; {rescaled} of {len(catalogue)} micrographs were rescaled to it. "
        f"Grey levels {low:.4g} to {high:.4g} of the files are stored as 0 to 255."
    )
    if coloured:
        text += f" {coloured} files hold colour and were read as luminance."
    tables = (Table.of(table, "Micrographs by domain, at the common scale."),)
    return Part(title="Micrographs", text=text, figures=(figure,), tables=tables)


def _megapixels(rows: pd.DataFrame) -> float:
    return float((rows["height_px"] * rows["width_px"]).sum()) / 1e6


def chips_part(counts: pd.DataFrame, options: SectionOptions, figure: Figure) -> Part:
    """Describe the chips, and what keeps their splits apart.

    Parameters
    ----------
    counts
        Chips kept and rejected by domain and split.
    options
        How they were made.
    figure
        Examples.
    """
    chips = options.chips
    how = (
        f"on a grid of stride {chips.stride_px} px"
        if chips.placement == "grid"
        else f"at random, {chips.redundancy:g} times each region's area"
    )
    apart = " and no test chip shares a pixel with a training chip" if options.split.test else ""
    unit = options.split.by
    weaker = (
        ""
        if unit == "specimen"
        else " Splits may share specimens: the test says little about a new one."
    )
    text = (
        f"{counts['chips'].sum():,} chips of {chips.size_px} x {chips.size_px} pixels {how}. "
        f"Splits are made by {UNITS[unit]} before anything is learned: a chip lies inside one "
        f"split{apart}.{weaker}"
    )
    tables = (Table.of(counts, "Chips kept and rejected by domain and split."),)
    return Part(title="Chips", text=text, figures=(figure,), tables=tables)
