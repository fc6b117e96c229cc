"""Command: the cooling rate, or another condition, that measured morphology points to."""

import sys
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.sheet import write_sheet
from pspflow.logs import log
from pspflow.studies.steel.inverse.inference import (
    CORRECTED,
    GENERATED,
    REAL,
    Inference,
    load_inference,
)
from pspflow.studies.steel.inverse.micrographs import path_on_chips
from pspflow.studies.steel.inverse.posterior import posterior
from pspflow.studies.steel.inverse.tested import density_table, summary

FILE: Final = "likelihood.safetensors"
SUFFIX: Final = ".csv"


def infer(
    *,
    model: Path,
    ferrite_fraction: float,
    mean_free_path_um: float | None = None,
    mean_free_path_px: float | None = None,
    area_um2: float | None = None,
    area_px2: float | None = None,
    whole_image: bool = False,
    likelihood: str = CORRECTED,
    table: Path | None = None,
) -> None:
    """Infer the cooling rate, or your conditions, from ferrite fraction and mean free path.

    Parameters
    ----------
    model
        Folder of the study in a run, results/RUN/steel, or the file likelihood.safetensors of one
        model of codes.
    ferrite_fraction
        Mean over the area, between 0 and 1.
    mean_free_path_um
        Mean over the area, in µm.
    mean_free_path_px
        The same in pixels of the run, where the size of a pixel is not known.
    area_um2
        Area that was measured, in µm².
    area_px2
        The same in square pixels of the run.
    whole_image
        Whether the path was measured on the whole area at once, as by `pspflow steel measure`, and
        not on chips of the run's size, whose borders shorten it; the difference is estimated.
    likelihood
        From generated chips with the path corrected (corrected), without correction (generated), or
        from the run's own training micrographs alone (real).
    table
        CSV to write: the posterior of every condition.

    Raises
    ------
    InputError
        If a measure is missing, impossible or in a unit that the run does not know, or the run has
        no such file.
    """
    if table is not None and (table.suffix.lower() != SUFFIX or table.is_dir()):
        raise InputError(f"{table}: the posterior is CSV; name a file that ends in {SUFFIX}.")
    found = load_inference(_file(model))
    if likelihood not in found.likelihoods:
        raise InputError(
            f"--likelihood is {likelihood!r}; give {CORRECTED}, {GENERATED} or {REAL}."
        )
    if not 0 < ferrite_fraction < 1:
        raise InputError(
            f"--ferrite-fraction is {ferrite_fraction:g}; give a share between 0 and 1."
        )
    path = _length("mean-free-path", mean_free_path_um, mean_free_path_px, found, 1)
    area = _length("area", area_um2, area_px2, found, 2)
    chosen = found.likelihoods[likelihood]
    if whole_image:
        path = path_on_chips(path, area, chosen.scatter.chip_px2)
    result = posterior(chosen, found.axes, np.array([ferrite_fraction, path]), area)
    rows = [{"condition": axis.name, **summary(result, at)} for at, axis in enumerate(found.axes)]
    for row in rows:
        sys.stdout.write(
            f"{row['condition']}: mean {row['mean']:.3g}, median {row['median']:.3g}, "
            f"90 % interval {row['low']:.3g} to {row['high']:.3g}\n"
        )
    ranges = ", ".join(f"{axis.name} {axis.low:g} to {axis.high:g}" for axis in found.axes)
    log.info("Prior: uniform over %s, in the logarithm where the condition is one", ranges)
    if area < chosen.scatter.chip_px2:
        log.warning(
            "the area is smaller than a chip of the run, %g square pixels; that its scatter grows "
            "with 1 over the area is assumed",
            chosen.scatter.chip_px2,
        )
    for sentence in result.warnings():
        log.warning("%s", sentence)
    if table is not None:
        parts = [
            density_table(result, at).assign(condition=axis.name)
            for at, axis in enumerate(found.axes)
        ]
        write_sheet(table, pd.concat(parts, ignore_index=True))
        log.info("Posterior: %s", table)


def _file(model: Path) -> Path:
    if model.is_file():
        return model
    files = sorted((model / "inverse").glob(f"*/{FILE}"))
    if not files:
        raise InputError(
            f"{model}: no inverse/CODE_MODEL/{FILE} lies there; let --model name the folder of the "
            "study in a finished run, results/RUN/steel."
        )
    if len(files) > 1:
        names = ", ".join(path.parent.name for path in files)
        raise InputError(
            f"{model}: the run has likelihoods of several models of codes, {names}; let --model "
            f"name one of them, {files[0]}."
        )
    return files[0]


def _length(
    flag: str, given_um: float | None, given_px: float | None, found: Inference, power: int
) -> float:
    """Return a length in pixels, or an area in square pixels, of the flag with or without unit."""
    micrometres, pixels = f"--{flag}-um", f"--{flag}-px"
    if power == 2:
        micrometres, pixels = f"{micrometres}2", f"{pixels}2"
    known = [
        (name, value)
        for name, value in ((micrometres, given_um), (pixels, given_px))
        if value is not None
    ]
    if len(known) != 1:
        raise InputError(f"{micrometres} or {pixels} is needed, and not both; give one.")
    ((name, value),) = known
    if not 0 < value < np.inf:
        raise InputError(f"{name} is {value:g}; give a number above 0.")
    if name == pixels:
        return value
    if found.pixel_size_um is None:
        raise InputError(
            f"{micrometres} is given, but the run's sheet has no pixel size; give {pixels}."
        )
    return value / found.pixel_size_um**power
