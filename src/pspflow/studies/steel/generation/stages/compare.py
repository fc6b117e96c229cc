"""Stage: generated chips are compared with real ones."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.logs import progress
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, MicrographStore, NamedStores, NamedTables
from pspflow.studies.shared.persistence.imaging import fitted_imaging
from pspflow.studies.shared.persistence.options import PersistenceOptions
from pspflow.studies.stage import Seed, stage
from pspflow.studies.steel.generation import distances as far
from pspflow.studies.steel.generation.baseline import baseline_table, distance_pairs, moment_pairs
from pspflow.studies.steel.generation.compared import RealChips, compared_sets
from pspflow.studies.steel.generation.copies import copy_table
from pspflow.studies.steel.generation.moments import all_resampled, moments_table
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.generation.sets import (
    generated_sets,
    neighbours,
    order_of_domains,
    read_generated,
    real_sets,
    truth_sets,
)
from pspflow.studies.steel.morphology.moments import quantities_of
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.paths import MeasureTable, TruthTable

GRID_CHIPS = 100
"""Training chips to which the grid of persistence images is fitted."""


@stage
def compare(
    *,
    generated: NamedTables,
    stores: NamedStores,
    truth: TruthTable | None = None,
    measures: MeasureTable,
    micrographs: MicrographStore,
    chips: ChipTable,
    moments: Path,
    distances: Path,
    baseline: Path,
    copies: Path,
    options: GenerationOptions = GenerationOptions(),
    measuring: MeasureOptions = MeasureOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Compare generated chips with real test chips: morphology, distances, coverage, copies.

    Parameters
    ----------
    generated, stores
        CODE_MODEL/TRAINED_ON=PATH: tables and stores of generated chips.
    truth
        Measures of micrographs that were simulated at further conditions.
    moments
        Parquet table to write: means and variances of every set, and errors.
    distances
        Parquet table to write: distances, density and coverage, with rulers.
    baseline
        Parquet table to write: differences of PixelCNN to codes that are drawn independently.
    copies
        Parquet table to write: how near generated and test chips come to training chips.
    measuring
        Which phase is ferrite, and the conditions.
    """
    rows, names = read_table(measures), [each.column for each in measuring.conditions]
    made = read_generated(generated, stores)
    real = RealChips(rows, read_chips(chips), Micrographs(micrographs), options, seed)
    quantities = quantities_of(rows)
    sets = list(real_sets(rows, options.chips_per_condition, seed))
    if truth is not None:
        sets += truth_sets(read_table(truth), names)
    for name, each in made.items():
        sets += generated_sets(name, each.table, names)
    rng = generator(seed, "resamples of measures")
    drawn = all_resampled(sets, quantities, options.resamples, rng)
    write_table(moments, moments_table(sets, drawn, quantities), origin)

    pairs = list(moment_pairs(sets, drawn, quantities))
    tables = []
    draws, chosen = compared_sets(real, made, options, seed)
    training = {domain: real.chips("train", domain) for domain in real.domains}
    test = {domain: real.chips(real.split, domain) for domain in real.domains}
    reference = np.concatenate([each.images for each in training.values()])
    textures = far.Remembered()
    scale = np.concatenate([textures(each.images) for each in training.values()])
    order = [name for name in order_of_domains(rows, names) if name in real.domains]
    near = {domain: neighbours(order, domain) for domain in order}
    imaging = fitted_imaging(real.some_training(GRID_CHIPS), PersistenceOptions())
    every = far.measures(imaging, textures, scale, measuring.phase)
    for name, (measure, features) in progress(every.items(), len(every), "measures", "measure"):
        found = far.distances(measure, features, test, training, near, chosen, draws)
        tables.append(far.tabulate(found, name, measure.unit, real.resolved))
        pairs += distance_pairs(found, name, measure.unit)
    for kind, features in far.fidelity_features(textures, scale, reference, measuring).items():
        for name, found in far.fidelity(features, test, training, chosen, draws).items():
            tables.append(far.tabulate(found, f"{name}, {kind}", "1", real.resolved))
            pairs += distance_pairs(found, f"{name}, {kind}", "1")
    write_table(distances, pd.concat(tables, ignore_index=True), origin)
    write_table(baseline, baseline_table(iter(pairs), real.resolved), origin)
    write_table(copies, copy_table(real, test, made, options, seed), origin)
