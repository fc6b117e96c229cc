"""Command: chips of any cooling rate, or of your conditions, by trained networks."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import numpy as np
import pandas as pd
from cyclopts import Parameter

from pspflow.errors import InputError, raise_problems
from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.imagesets import Micrographs
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.sheet import write_sheet
from pspflow.io.tables import table_provenance
from pspflow.logs import log
from pspflow.options import validated
from pspflow.seeds import generator
from pspflow.studies.shared.output_folders import check_output_folder
from pspflow.studies.stage import AUTO, DeviceName, Seed, Threads, Whole
from pspflow.studies.steel.codes.trained import load_codes
from pspflow.studies.steel.generation.making import condition_columns
from pspflow.studies.steel.morphology.measured import measured
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.prior.conditions import TrainedCondition
from pspflow.studies.steel.prior.trained import load_prior
from pspflow.training.devices import recorded, using

SHEET, IMAGES = FILES = ("chips.csv", "images")
WEIGHTS: Final = "weights.safetensors"
NAMED = Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())]


class Networks(NamedTuple):
    """Files of trained networks, and what is known of their run."""

    codes: Path
    prior: Path
    pixel_size_um: float | None
    measuring: MeasureOptions


def generate(
    *,
    out: Path,
    count: Whole = 16,
    model: Path | None = None,
    code_model: str | None = None,
    codes: Path | None = None,
    prior: Path | None = None,
    condition: NAMED = (),
    pixel_size_um: float | None = None,
    seed: Seed = 0,
    threads: Threads = 1,
    device: DeviceName = AUTO,
    **conditions: float,
) -> None:
    """Generate chips for a cooling rate, or for your conditions, and measure them.

    Parameters
    ----------
    out
        Folder to make: images/*.tif, and chips.csv with conditions and measures of each.
    count
        Chips to make.
    model
        Folder of the study in a run, results/RUN/steel.
    code_model
        Model of codes of the run; the first of vq, fsq and sharp that it has, where not named.
    codes
        In place of the folder: weights of a model of codes.
    prior
        With it: weights of a PixelCNN that was trained on its codes.
    condition
        Conditions as NAME=VALUE, where a name is no flag: "cooling rate (K/s)=6.5".
    pixel_size_um
        Size of a pixel in micrometres, where weights are given in place of the folder.
    conditions
        The conditions as flags, named as the columns of the run's sheet: --cooling-rate-c-s 6.5.

    Raises
    ------
    InputError
        If files cannot be used, a condition is unknown or missing, or the folder holds something
        else.
    """
    out = out.resolve()
    check_output_folder(out, FILES, "earlier chips")
    if count < 1:
        raise InputError(f"--count is {count}; give at least 1.")
    found = _networks(model, code_model, codes, prior, pixel_size_um)
    given = [*conditions.items(), *map(_named, condition)]
    origin = Provenance.of(
        "steel generate", {"codes": found.codes, "prior": found.prior}, seed=seed
    )
    with using(device, threads) as place:
        coder, drawer = load_codes(found.codes, place), load_prior(found.prior, place)
        if coder.codes != drawer.codes:
            raise InputError(
                f"{found.prior}: this PixelCNN draws {drawer.codes} codes, but {found.codes} has "
                f"{coder.codes}; give the one that was trained on its codes."
            )
        asked = values_of(drawer.conditions, given)
        wanted = np.tile(np.array(list(asked.values())), (count, 1))
        for sentence in drawer.outside(wanted[:1]):
            log.warning("%s", sentence)
        drawn = drawer.sample(wanted, None, generator(seed, "chips for", *asked.items()))
        pixels = coder.decode(drawn)
        origin = replace(origin, options={**asked, "count": count}, device=recorded(place))
    names = [f"{IMAGES}/{number:05d}.tif" for number in range(1, count + 1)]
    sheet = pd.DataFrame({"image": names, "pixel_size_um": found.pixel_size_um})
    columns = condition_columns(list(asked), wanted)
    table = measured(pixels, found.measuring, found.pixel_size_um)
    with replacing(out) as staged:
        (staged / IMAGES).mkdir(parents=True)
        for name, each in zip(names, pixels, strict=True):
            write_tiff(staged / name, each, found.pixel_size_um, origin.as_json())
        write_sheet(staged / SHEET, pd.concat([sheet, columns, table], axis=1))
    _say(table, found.pixel_size_um)
    log.info("%d chips: %s", count, out)


def values_of(
    known: Sequence[TrainedCondition], given: Sequence[tuple[str, float]]
) -> dict[str, float]:
    """Match what is asked for with the conditions of a network.

    Letters may be large or small, and a hyphen stands for what no flag can have.

    Parameters
    ----------
    known
        Conditions of the network, in its order.
    given
        Names, as flags or as in the sheet, and values.

    Returns
    -------
    dict
        Name in the sheet, value; in the order of the network.

    Raises
    ------
    InputError
        If a name is unknown, there twice, or missing; with the list of the known ones.
    """
    listed = ", ".join(f"{each.name} ({each.low:g} to {each.high:g})" for each in known)
    names = {_flag(each.name): each.name for each in known}
    found: dict[str, float] = {}
    problems = []
    for name, value in given:
        column = names.get(_flag(name))
        if column is None:
            problems.append(
                f"{name!r} is no option, and no condition of this PixelCNN; its conditions, and "
                f"what it was trained on, are {listed}."
            )
        elif column in found:
            problems.append(f"The condition {column!r} is given twice; remove one.")
        else:
            found[column] = value
    lacking = [each.name for each in known if each.name not in found]
    if lacking and not problems:
        problems.append(
            f"No value is given for {', '.join(lacking)}; give --{_flag(lacking[0])} VALUE. The "
            f"conditions, and what the PixelCNN was trained on, are {listed}."
        )
    raise_problems(problems)
    return {each.name: found[each.name] for each in known}


def _flag(name: str) -> str:
    """Write a name as a flag has it."""
    return re.sub(r"[^\w]+|_+", "-", name.casefold()).strip("-")


def _named(word: str) -> tuple[str, float]:
    name, equals, text = word.rpartition("=")
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not (equals and name) or not np.isfinite(value):
        raise InputError(f"--condition {word}: give NAME=VALUE, as cooling_rate_c_s=6.5.")
    return name, value


def _networks(
    model: Path | None,
    code_model: str | None,
    codes: Path | None,
    prior: Path | None,
    pixel_size_um: float | None,
) -> Networks:
    """Find the files of the networks in a run, or take those that are named."""
    if model is None:
        if codes is None or prior is None:
            raise InputError(
                "No networks are named; give --model results/RUN/steel, or --codes and --prior "
                "with files of weights."
            )
        _check_files(codes, prior)
        return Networks(codes, prior, pixel_size_um, MeasureOptions())
    if codes is not None or prior is not None:
        raise InputError("--model is given with --codes or --prior; give either.")
    trained = [name for name in ("vq", "fsq", "sharp") if (model / "prior" / name / "all").is_dir()]
    if not trained:
        raise InputError(
            f"{model}: no prior/CODE_MODEL/all lies there; let --model name the folder of the "
            "study in a finished run, results/RUN/steel."
        )
    chosen = code_model or trained[0]
    if chosen not in trained:
        raise InputError(
            f"--code-model is {chosen!r}, which the run lacks; give {', '.join(trained)}."
        )
    log.info("Model of codes: %s", chosen)
    files = (
        model / "codes" / chosen / "all" / WEIGHTS,
        model / "prior" / chosen / "all" / "process" / WEIGHTS,
    )
    _check_files(*files)
    measures = model / "morphology" / "measures.parquet"
    measuring = MeasureOptions()
    if measures.is_file():
        measuring = validated(MeasureOptions, table_provenance(measures).get("options", {}))
    stored = model / "images" / "micrographs.zarr"
    size_um = Micrographs(stored).pixel_size_um if stored.is_dir() else pixel_size_um
    return Networks(*files, size_um if pixel_size_um is None else pixel_size_um, measuring)


def _check_files(*files: Path) -> None:
    for path in files:
        if not path.is_file():
            raise InputError(f"{path}: there is no such file of weights; correct the path.")


def _say(table: pd.DataFrame, pixel_size_um: float | None) -> None:
    good = table[table["failure"] == ""]
    unit = "px" if pixel_size_um is None else "um"
    shown: Mapping[str, pd.Series] = {
        name: good[name] for name in ("ferrite_fraction", f"mean_free_path_{unit}")
    }
    for name, values in shown.items():
        sys.stdout.write(f"{name}: mean {values.mean():.3g}, sd {values.std():.3g}\n")
    if len(good) < len(table):
        log.warning("%d chips have one phase and no measures", len(table) - len(good))
