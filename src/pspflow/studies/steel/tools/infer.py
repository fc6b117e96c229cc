"""Command: the cooling rate, or another condition, that measured morphology points to."""

import sys
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.sheet import write_sheet
from pspflow.logs import log
from pspflow.studies.steel.inverse.given import given_by_flags, given_by_table
from pspflow.studies.steel.inverse.inference import (
    CORRECTED,
    GENERATED,
    REAL,
    load_inference,
)
from pspflow.studies.steel.inverse.micrographs import path_on_chips
from pspflow.studies.steel.inverse.posterior import Posterior, posterior
from pspflow.studies.steel.inverse.tested import density_table, summary

FILE: Final = "likelihood.safetensors"
SUFFIX: Final = ".csv"


def infer(
    *,
    model: Path,
    ferrite_fraction: float | None = None,
    mean_free_path_um: float | None = None,
    mean_free_path_px: float | None = None,
    area_um2: float | None = None,
    area_px2: float | None = None,
    measured: Path | None = None,
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
    measured
        Table of `pspflow steel measure` in place of the numbers above: each image is one area.
    whole_image
        Whether the path was measured on the whole area at once, and not on chips of the run's
        size, whose borders shorten it; the difference is estimated. Always so with --measured.
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
    chosen = found.likelihoods[likelihood]
    flags = {
        "--ferrite-fraction": ferrite_fraction,
        "--mean-free-path-um": mean_free_path_um,
        "--mean-free-path-px": mean_free_path_px,
        "--area-um2": area_um2,
        "--area-px2": area_px2,
    }
    if measured is None:
        names = list(flags)
        paths, areas = ({name: flags[name] for name in names[at : at + 2]} for at in (1, 3))
        given = [given_by_flags(ferrite_fraction, paths, areas, found.pixel_size_um)]
    else:
        twice = [name for name, value in flags.items() if value is not None]
        if twice:
            raise InputError(f"{twice[0]} is in the table of --measured too; leave one away.")
        given = given_by_table(measured, found.pixel_size_um)
    ranges = ", ".join(f"{axis.name} {axis.low:g} to {axis.high:g}" for axis in found.axes)
    log.info("Prior: uniform over %s, in the logarithm where the condition is one", ranges)
    densities = []
    for each in given:
        path, chip = each.mean_free_path_px, chosen.scatter.chip_px2
        if whole_image or measured is not None:
            path = path_on_chips(path, each.area_px2, chip)
        result = posterior(
            chosen, found.axes, np.array([each.ferrite_fraction, path]), each.area_px2
        )
        if not np.isfinite(result.mass).all():  # nan would pass for an answer
            raise InputError(
                f"{model}: the likelihood of these measures is no number, since generated chips or "
                "training micrographs are all alike; train steel.codes and steel.prior longer."
            )
        _say(result, each.name)
        if each.area_px2 < chip:
            log.warning(
                "the area is smaller than a chip of the run, %g square pixels; that its scatter "
                "grows with 1 over the area is assumed",
                chip,
            )
        densities += [
            density_table(result, at).assign(condition=axis.name, image=each.name)
            for at, axis in enumerate(found.axes)
        ]
    if table is not None:
        write_sheet(table, pd.concat(densities, ignore_index=True))
        log.info("Posterior: %s", table)


def _say(result: Posterior, name: str) -> None:
    """Print the posterior of every condition, and what forbids to read it as it stands."""
    before = f"{name}: " if name else ""
    for at, axis in enumerate(result.axes):
        row = summary(result, at)
        sys.stdout.write(
            f"{before}{axis.name}: mean {row['mean']:.3g}, median {row['median']:.3g}, "
            f"90 % interval {row['low']:.3g} to {row['high']:.3g}\n"
        )
    for sentence in result.warnings():
        log.warning("%s%s", before, sentence)


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
