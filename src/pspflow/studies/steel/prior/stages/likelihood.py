"""Stage: the likelihood of test maps under every PixelCNN and under independent codes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, cast

import pandas as pd
import torch
from cyclopts import Parameter

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.studies.paths import NAMED, NamedStores
from pspflow.studies.stage import AUTO, INPUT, Device, Threads, stage
from pspflow.studies.steel.paths import MeasureTable
from pspflow.studies.steel.prior.baseline import code_frequencies, independent_nats
from pspflow.studies.steel.prior.likelihood import (
    DIFFERENCE,
    INDEPENDENT,
    PIXELCNN,
    likelihood_rows,
    pixelcnn_nats,
)
from pspflow.studies.steel.prior.maps import read_maps
from pspflow.studies.steel.prior.options import Conditioning
from pspflow.studies.steel.prior.trained import load_prior

PriorsWeights = Annotated[
    Mapping[str, Path],
    Parameter(help="TRAINED_ON/CONDITIONING=PATH: weights of trained PixelCNNs."),
    NAMED,
    INPUT,
]


@stage
def likelihood(
    *,
    weights: PriorsWeights,
    codes: NamedStores,
    measures: MeasureTable,
    likelihood: Path,
    smoothing: float = 0.5,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Compute the likelihood of test chips' codes under PixelCNN and under independent codes.

    The baseline has the frequencies of every domain, also of one that a network did not see.

    Parameters
    ----------
    codes
        TRAINED_ON=PATH: the codes that the networks were trained on.
    likelihood
        Parquet table to write: nats a code by network, source and domain, with intervals.
    smoothing
        Times that each code counts as seen besides, in the baseline.
    """
    torch.set_num_threads(threads)
    tables = []
    for name, path in weights.items():
        trained_on, conditioning = name.split("/")
        maps = read_maps(codes[trained_on], measures)
        frequencies = code_frequencies(maps.of_split("train"), smoothing)
        tested = maps.with_measures(cast("Conditioning", conditioning)).of_split("test")
        nats = {
            PIXELCNN: pixelcnn_nats(load_prior(path, device), tested),
            INDEPENDENT: independent_nats(tested, frequencies),
        }
        nats[DIFFERENCE] = nats[PIXELCNN] - nats[INDEPENDENT]
        rows = likelihood_rows(tested, nats)
        rows.insert(0, "trained_on", trained_on)
        rows.insert(1, "conditioning", conditioning)
        tables.append(rows)
    table = pd.concat(tables, ignore_index=True)
    log.info("%s", table.to_string(index=False))
    write_table(likelihood, table, origin)
