"""Stage: chips are generated for the conditions of test micrographs, and for further ones."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, MicrographStore
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.steel.codes.axes import code_colours
from pspflow.studies.steel.codes.trained import load_codes
from pspflow.studies.steel.generation.making import (
    FURTHER,
    INDEPENDENT,
    PRIOR,
    condition_columns,
    cycled,
    drawn_independently,
    frequencies_of,
)
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.generation.sets import tested, tested_conditions
from pspflow.studies.steel.morphology.measured import measured
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.paths import CodeWeights, FrequencyTable, MeasureTable, PriorWeights
from pspflow.studies.steel.prior.trained import load_prior


@stage
def generate(
    *,
    training: str,
    codes: CodeWeights,
    prior: PriorWeights,
    independent: FrequencyTable | None = None,
    measures: MeasureTable,
    micrographs: MicrographStore,
    chips: ChipTable,
    store: Path,
    table: Path,
    domain: str | None = None,
    options: GenerationOptions = GenerationOptions(),
    measuring: MeasureOptions = MeasureOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Generate chips for the conditions of each domain's test micrographs, and measure them.

    Parameters
    ----------
    training
        Name of the networks, CODE_MODEL/TRAINED_ON.
    independent
        With it, chips whose codes are drawn each by itself are made for every domain too.
    store
        Zarr store to write: the chips, their codes, and colours of the codes by their places along
        the first principal axis of the codebook.
    table
        Parquet table to write: source, domain, conditions and measures of every chip.
    domain
        The domain that the networks have not seen: chips are made for it alone, and for no
        further conditions.
    measuring
        Which phase is ferrite, and the conditions.
    """
    rows = read_table(measures)
    names = [each.column for each in measuring.conditions]
    coder, drawer = load_codes(codes, device), load_prior(prior, device)
    edge = int(read_chips(chips)["size_px"].iloc[0]) // coder.step_px
    shape, count = (edge, edge), options.chips_per_condition
    frequencies = None if independent is None else read_table(independent)

    def wanted() -> Iterator[tuple[str, str, np.ndarray]]:
        """Yield source, domain and conditions of the chips of each set."""
        tables = tested(rows)
        for name in dict.fromkeys(rows["domain"]) if domain is None else [domain]:
            some = tested_conditions(tables[tables["domain"] == name], names)
            yield PRIOR, name, cycled(some, count, generator(seed, "conditions", training, name))
            if frequencies is not None:
                yield INDEPENDENT, name, cycled(some, count, generator(seed, "conditions", name))
        for each in options.further if domain is None else ():
            yield PRIOR, FURTHER, np.tile(np.array(each, np.float64), (count, 1))

    images, drawn, tables = [], [], []
    sets = list(wanted())
    for sentence in drawer.outside(np.concatenate([each for _, _, each in sets])):
        log.warning("%s", sentence)
    size_um = Micrographs(micrographs).pixel_size_um
    for source, name, conditions in progress(sets, len(sets), "conditions", "condition"):
        rng = generator(seed, "codes", training, source, name, conditions[0].tolist())
        if source == INDEPENDENT:
            made = drawn_independently(
                frequencies_of(frequencies, name, coder.codes), count, shape, rng
            )
        else:
            made = drawer.sample(conditions, shape, rng)
        pixels = coder.decode(made)
        keys = pd.DataFrame({"source": source, "domain": name}, index=range(count))
        values = [keys, condition_columns(names, conditions), measured(pixels, measuring, size_um)]
        tables.append(pd.concat(values, axis=1))
        images.append(pixels)
        drawn.append(made)
    found = pd.concat(tables, ignore_index=True)
    with new_store(store, origin) as group:
        put_array(group, "images", np.concatenate(images), ("chip", "y", "x"), "grey level")
        maps = np.concatenate(drawn).astype(np.uint16)
        put_array(group, "codes", maps, ("chip", "row", "column"), "1")
        put_array(group, "colour", code_colours(coder.codebook), ("code", "rgb"), "grey level")
    write_table(table, found, origin)
    failed = int((found["failure"] != "").sum())
    log.info("%s: %d chips, of which %d cannot be measured", training, len(found), failed)
