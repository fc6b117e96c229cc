"""The stage that holds localization's networks against linear baselines, and times them."""

import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import zarr

from pspflow.evaluation.resampling import interval, resamples
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Inputs
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.mechanics import ConvergenceError, strain_field
from pspflow.models.pinet import parameter_count
from pspflow.options import Names, Paths
from pspflow.seeds import generator
from pspflow.studies.composite.data_options import SolutionOptions
from pspflow.studies.composite.inverse import solved_provenance
from pspflow.studies.composite.local_data import StrainSet
from pspflow.studies.composite.local_measures import VALUES, measures, moments
from pspflow.studies.composite.localization_options import LocalizationOptions, window_of
from pspflow.studies.composite.localizers import Localizer, WindowLocalizer, load_localizer
from pspflow.studies.composite.mks import LinearConvolution, Pairs, PhaseMean, Predictor
from pspflow.studies.composite.solve import unsolved
from pspflow.studies.composite.structures import DIMS
from pspflow.training.memory import keep_freed_memory

AT_ONCE = 8
"""Structures that are predicted together."""
EXAMPLES = 3
SAMPLED_VOXELS = 30_000
"""Voxels of test structures that are kept to draw predictions against the truth."""
TIMED_STRUCTURES = 4
TIMED_GAPS = (7, 5, 3, 1)


def evaluate_localizers(
    *,
    models: Names,
    weights: Paths,
    structures: Path,
    strain: Path,
    table: Path,
    phases: Path,
    splits: Path,
    accuracy: Path,
    examples: Path,
    speed: Path,
    options: LocalizationOptions = LocalizationOptions(),
    solver: SolutionOptions = SolutionOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Predict the strains of test structures with networks and linear baselines; time them.

    Parameters
    ----------
    models
        Names of the networks.
    weights
        Their weights, in the same order.
    structures
        Zarr store of the structures.
    strain
        Zarr store of the strain fields of some of them.
    table
        Table of the structures.
    phases
        Table of the moduli, with which the solver is timed.
    splits
        Table of the splits; the first run's is used.
    accuracy
        Parquet table to write: measures of each model over the test structures.
    examples
        Zarr store to write: a few test structures, their true and predicted strains, and voxels
        drawn from all test structures.
    speed
        Parquet table to write: seconds a structure of each model, of CPNet by its gap, and of the
        solver, each with the device and the threads that it ran on.
    options
        Resamples of the intervals.
    solver
        Element and tolerance with which the solver is timed.
    seed
        Seed of draws and resamples.
    threads
        Threads of torch; the solver and the linear baselines take one.

    Raises
    ------
    InputError
        If stores and tables do not belong together, or a structure has no solution.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    fields = StrainSet.open(structures, strain, table, splits)
    train, test = fields.places("train"), fields.places("test")
    nets = {name: load_localizer(path) for name, path in zip(models, weights, strict=True)}
    predictors: dict[str, Predictor] = {
        "phase_mean": PhaseMean.fit(_pairs(fields, train)),
        "mks": LinearConvolution.fit(_pairs(fields, train), fields.macro_strain),
        **nets,
    }
    parameters = {"phase_mean": 2, "mks": fields.edge**3}
    parameters |= {name: parameter_count(net) for name, net in nets.items()}

    sums, voxels = _predict_all(fields, test, predictors, generator(seed, "localization voxels"))
    specimens = pd.factorize(fields.rows["specimen"].to_numpy()[test])[0]
    draws = resamples(
        np.zeros(specimens.max() + 1), options.resamples, generator(seed, "localization resamples")
    )
    rows = [
        {"model": name, "parameters": parameters[name], **judge(sums[name], specimens, draws)}
        for name in predictors
    ]
    for row in rows:
        told = ", ".join(f"{name} {row[name]:.4g}" for name in VALUES)
        log.info("%s: %s", row["model"], told)

    inputs: Inputs = {
        "weights": weights,
        "structures": structures,
        "strain": strain,
        "table": table,
        "phases": phases,
        "splits": splits,
    }
    origin = solved_provenance("composite evaluate-localizers", inputs, options, solver, seed)
    write_table(accuracy, pd.DataFrame(rows), origin)
    solve = _timed_solver(read_table(phases), fields.macro_strain, solver)
    write_table(speed, _speeds(fields, predictors, parameters, solve, threads), origin)
    with new_store(examples, origin) as group:
        group.attrs["models"] = list(predictors)
        group.attrs["macro_strain_11"] = fields.macro_strain
        _put_examples(group, fields, predictors, _examples(fields.rows, test))
        put_array(group, "true_voxel", voxels["true"], ("voxel",), "1")
        values = np.stack([voxels[name] for name in predictors])
        put_array(group, "predicted_voxel", values, ("model", "voxel"), "1")


def judge(sums: np.ndarray, specimens: np.ndarray, draws: np.ndarray) -> dict[str, Any]:
    """Measure one model over all test structures together, and as the mean over structures.

    Parameters
    ----------
    sums
        Of each structure, shape ``(n, 7)``; see `pspflow.studies.composite.local_measures`.
    specimens
        Whole numbers from 0: the specimen of each structure, shape ``(n,)``.
    draws
        How often each specimen counts, shape ``(1 + R, specimens)``; all once in the first row.

    Returns
    -------
    Number of structures; each measure over the voxels of all, with the ends of its 95 % interval;
    and the means of the first two over structures, `structure_...`.
    """
    row: dict[str, Any] = {"structures": len(sums)}
    weighed = draws[:, specimens]
    for name, values in measures(weighed @ sums).items():
        row[name], row[f"{name}_low"], row[f"{name}_high"] = interval(values)
    each = measures(sums)
    for name in ("squared_pearson", "r2"):
        known = each[name][np.isfinite(each[name])]
        row[f"structure_{name}"] = float(known.mean()) if len(known) else np.nan
    return row


def _pairs(fields: StrainSet, places: np.ndarray) -> Pairs:
    return ((ids, strains) for _, ids, strains in fields.batches(places, AT_ONCE))


def _predict_all(
    fields: StrainSet,
    places: np.ndarray,
    predictors: Mapping[str, Predictor],
    rng: np.random.Generator,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Predict structures a few at a time, and keep what is needed of the fields.

    Returns
    -------
    sums, voxels
        Of each model, the sums that its measures are made of, shape ``(n, 7)``, and its strains in
        voxels drawn from all structures, float32; `true` has the true ones.
    """
    sums: dict[str, list[np.ndarray]] = {name: [] for name in predictors}
    voxels: dict[str, list[np.ndarray]] = {name: [] for name in ("true", *predictors)}
    each = math.ceil(SAMPLED_VOXELS / len(places))
    batches = fields.batches(places, AT_ONCE)
    for _, ids, true in progress(
        batches, len(places), "localizing", "structure", lambda batch: len(batch[0])
    ):
        drawn = rng.integers(fields.edge**3, size=(len(ids), each))
        found = {"true": true} | {name: one.predict(ids) for name, one in predictors.items()}
        for name, strains in found.items():
            few = np.take_along_axis(strains.reshape(len(ids), -1), drawn, axis=1)
            voxels[name].append(few.ravel().astype(np.float32))
        for name in predictors:
            pair = (true / fields.macro_strain, found[name] / fields.macro_strain)
            sums[name].append(moments(*pair))
    joined = ({name: np.concatenate(parts) for name, parts in of.items()} for of in (sums, voxels))
    return next(joined), next(joined)


def _examples(rows: pd.DataFrame, places: np.ndarray) -> np.ndarray:
    """Choose structures to show, of as many morphologies as there are."""
    turns = rows.iloc[places].groupby("morphology", sort=False).cumcount()
    return places[np.argsort(turns.to_numpy(), kind="stable")[:EXAMPLES]]


def _put_examples(
    group: zarr.Group, fields: StrainSet, predictors: Mapping[str, Predictor], places: np.ndarray
) -> None:
    ids, true = fields.read(places)
    predicted = np.stack([one.predict(ids) for one in predictors.values()])
    group.attrs["structures"] = fields.rows["structure"].iloc[places].tolist()
    group.attrs["morphologies"] = fields.rows["morphology"].iloc[places].tolist()
    put_array(group, "phase", ids, DIMS, "1")
    put_array(group, "true", true, DIMS, "1")
    put_array(group, "predicted", predicted.astype(np.float32), ("model", *DIMS), "1")


def _timed_solver(
    moduli: pd.DataFrame, macro_strain: float, options: SolutionOptions
) -> Callable[[np.ndarray], np.ndarray]:
    return partial(
        strain_field,
        young_gpa=moduli["young_gpa"].to_numpy(),
        poisson=moduli["poisson"].to_numpy(),
        macro_strain=[macro_strain, 0, 0, 0, 0, 0],
        element=options.element,
        tolerance=options.tolerance,
    )


def _speeds(
    fields: StrainSet,
    predictors: Mapping[str, Predictor],
    parameters: Mapping[str, int],
    solve: Callable[[np.ndarray], object],
    threads: int,
) -> pd.DataFrame:
    """Time every way to the strains of a structure; a first structure is not counted.

    CPNet is timed for gaps that were not trained as well: its weights do not change its speed.
    """
    timed = np.arange(min(TIMED_STRUCTURES, len(fields.rows)))
    ids, _ = fields.read(timed)
    try:
        rows = [("solver", -1, 0, "cpu", 1, _seconds(solve, ids))]
    except ConvergenceError as error:
        raise unsolved(" or ".join(fields.rows["structure"].iloc[timed]), error) from error
    device = "cuda" if torch.cuda.is_available() else "cpu"
    for name, one in predictors.items():
        if not isinstance(one, WindowLocalizer):
            used = (device, threads) if isinstance(one, Localizer) else ("cpu", 1)
            seconds = _seconds(partial(_predict, one), ids)
            rows.append((name, -1, parameters[name], *used, seconds))
    window = window_of(fields.edge)
    for gap in (gap for gap in TIMED_GAPS if gap <= window):
        net = WindowLocalizer(window, gap).eval().to(device)
        # a sweep by single voxels takes seconds: one structure tells it
        few = ids if gap > 1 else ids[:2]
        seconds = _seconds(partial(_predict, net), few)
        rows.append((f"cpnet{gap}", gap, parameter_count(net), device, threads, seconds))
    columns = ["model", "gap", "parameters", "device", "threads", "seconds_per_structure"]
    return pd.DataFrame(rows, columns=columns)


def _predict(one: Predictor, structure: np.ndarray) -> np.ndarray:
    return one.predict(structure[None])


def _seconds(way: Callable[[np.ndarray], object], structures: np.ndarray) -> float:
    """Time a way on each structure but the first, which warms it up."""
    way(structures[0])
    started = time.perf_counter()
    for structure in structures[1:]:
        way(structure)
    return (time.perf_counter() - started) / (len(structures) - 1)
