"""Stage: localization's networks are compared with linear models."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import torch

from pspflow.evaluation.resampling import resamples
from pspflow.io.arrays import new_store, open_store
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log_table
from pspflow.mechanics.localization import LinearConvolution, PhaseMean, Predictor
from pspflow.models.parameters import parameter_count
from pspflow.seeds import generator
from pspflow.studies.composite.localization.accuracy import (
    MEASURES,
    STRUCTURES_AT_ONCE,
    accuracy_of,
    differences_of,
    predict_all,
)
from pspflow.studies.composite.localization.examples import chosen_examples, put_examples
from pspflow.studies.composite.localization.fields import FieldSet
from pspflow.studies.composite.localization.localizers import Localizer, load_localizer
from pspflow.studies.composite.localization.names import (
    FIELDS,
    FNO,
    LINEAR,
    PHASE_MEAN,
    PRINTED,
    FieldName,
    parts_of,
)
from pspflow.studies.composite.localization.options import LocalizationOptions
from pspflow.studies.composite.localization.statistics import (
    Moments,
    moments_of,
    statistics_table,
)
from pspflow.studies.composite.localization.training import copies, symmetric
from pspflow.studies.composite.paths import (
    FieldStore,
    SplitTable,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.symmetries import symmetries_of
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.training.memory import keep_freed_memory

Sums = Mapping[str, np.ndarray]
Value = TypeVar("Value")


@stage
def evaluate(
    *,
    weights: NamedWeights,
    structures: StructureStore,
    fields: FieldStore,
    table: StructureTable,
    splits: SplitTable,
    accuracy: Path,
    differences: Path,
    statistics: Path,
    examples: Path,
    options: LocalizationOptions = LocalizationOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Predict the fields of test structures with networks and linear models, and compare them.

    Parameters
    ----------
    accuracy
        Parquet table to write: measures of each model and training over the test structures.
    differences
        Parquet table to write: paired differences of networks and the linear filter.
    statistics
        Parquet table to write: means and deviations of the fields, beside the report's.
    examples
        Zarr store to write: a few test structures, their true and predicted fields, and voxels
        drawn from all test structures.
    options
        Resamples of the intervals.

    Raises
    ------
    InputError
        If stores and tables do not belong together.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    measured: list[dict[str, Any]] = []
    compared: list[dict[str, Any]] = []
    found: dict[str, Moments] = {}
    shown = {}
    for field in FIELDS:
        known = FieldSet.open(structures, fields, table, splits, field)
        test, trained = known.places("test"), len(known.places("train"))
        networks = {
            name.split("/", 1)[1]: load_localizer(path, device)
            for name, path in weights.items()
            if parts_of(name)[0] == field
        }
        predictors: dict[str, Predictor] = _linear(known, seed) | networks
        rng = generator(seed, "localization voxels", field)
        sums, voxels = predict_all(known, test, predictors, rng)
        specimens = pd.factorize(known.rows["specimen"].to_numpy()[test])[0]
        rng = generator(seed, "localization resamples")
        draws = resamples(np.zeros(specimens.max() + 1), options.resamples, rng)
        for name, one in predictors.items():
            model, _, run = name.partition("/run")
            row = {"field": field, "model": model, "run": int(run or 0)}
            row |= {"parameters": _parameters(one, known.edge), "training_structures": trained}
            measured.append(row | accuracy_of(sums[name], specimens, draws))
        for model, other in _pairs(sums):
            rows = differences_of(_runs(sums, model), _runs(sums, other), specimens, draws)
            compared += [{"field": field, "model": model, "other": other} | row for row in rows]
        shown[field] = (known, chosen_examples(known.rows, test), predictors, voxels)
        found |= _moments(known, field)
    log_table(pd.DataFrame(measured)[["field", "model", "run", *MEASURES]].round(4))
    write_table(accuracy, pd.DataFrame(measured), origin)
    write_table(differences, pd.DataFrame(compared), origin)
    write_table(statistics, statistics_table(found), origin)
    with new_store(examples, origin) as group:
        for known, places, predictors, voxels in shown.values():
            put_examples(group, known, places, _first(predictors), _first(voxels))


def _linear(fields: FieldSet, seed: int) -> dict[str, Predictor]:
    """Fit the linear models to the training structures and their symmetric copies."""
    train = fields.places("train")
    phases, _ = fields.read(train)
    rng = generator(seed, "composite symmetries", "localization")
    allowed = symmetries_of(open_store(fields.structures), "all", phases, rng)

    def pairs(which: list[int]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for _, *batch in fields.batches(train, STRUCTURES_AT_ONCE):
            ids, values = (torch.from_numpy(each) for each in batch)
            for copy in which:
                yield symmetric(ids, copy).numpy(), symmetric(values, copy).numpy()

    return {
        PHASE_MEAN: PhaseMean.fit(pairs([0])),  # which every copy has
        LINEAR: LinearConvolution.fit(pairs(copies(allowed)), fields.mean),
    }


def _parameters(one: Predictor, edge: int) -> int:
    if isinstance(one, Localizer):
        return parameter_count(one)
    return edge**3 if isinstance(one, LinearConvolution) else 2


def _pairs(sums: Sums) -> Iterator[tuple[str, str]]:
    """Yield what is compared: each network with the linear filter, and ours with the report's."""
    networks = [name for name in _first(sums) if name not in (PHASE_MEAN, LINEAR)]
    yield from ((name, LINEAR) for name in networks)
    if FNO in networks and PRINTED in networks:
        yield FNO, PRINTED


def _runs(sums: Sums, model: str) -> np.ndarray:
    """Stack the sums of all trainings of a model."""
    return np.stack([each for name, each in sums.items() if name.partition("/")[0] == model])


def _first(values: Mapping[str, Value]) -> dict[str, Value]:
    """Keep what is of the first training, by the names of models; linear models have no other."""
    return {
        name.partition("/")[0]: value
        for name, value in values.items()
        if name.partition("/run")[2] in ("", "0")
    }


def _moments(fields: FieldSet, field: FieldName) -> dict[str, Moments]:
    """Return the moments of every structure's field, and with the first field those of phases."""
    phases, values = [], []
    for _, ids, each in fields.batches(np.arange(len(fields.rows)), STRUCTURES_AT_ONCE):
        phases.append(moments_of(ids))
        values.append(moments_of(each))
    return {field: values} if field != FIELDS[0] else {"phase": phases, field: values}
