"""Stage: the conditional GAN is trained."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.evaluation.snr import signal_to_noise_db
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, grey_range, read_chips
from pspflow.io.tables import read_table
from pspflow.logs import log
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.loader import cut_chips
from pspflow.models.conditional_gan import ConditionalDiscriminator, ConditionalGenerator
from pspflow.models.parameters import parameter_count
from pspflow.seeds import generator
from pspflow.studies.paths import CatalogueTable, ChipTable, MicrographStore
from pspflow.studies.stage import AUTO, Device, Index, Seed, stage
from pspflow.studies.temper.flows.score import GAP
from pspflow.studies.temper.flows.splits import check_splits
from pspflow.studies.temper.gan.conditions import Conditions, labels_of
from pspflow.studies.temper.gan.options import GanOptions
from pspflow.studies.temper.gan.training import Conditioned, GanTraining, made_chips, signed
from pspflow.training.gather import ChipGather
from pspflow.training.session import prepare, train_and_save

VALIDATION_CHIPS_PER_SPECIMEN = 20
LEVELS_OF = 4096
"""Chips from which mean and deviation of a domain are measured, at most."""
FIRST_SHARE = 0.15
"""Share of the epochs in which none is kept, as the flows' that have no discriminators."""


@stage
def train(
    *,
    replicate: Index,
    catalogue: CatalogueTable,
    micrographs: MicrographStore,
    chips: ChipTable,
    weights: Path,
    history: Path,
    options: GanOptions = GanOptions(),
    seed: Seed = 0,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Train a generator of chips of a temper and a label against its discriminator.

    A killed training goes on from its last epoch when it is started again. The epoch is kept whose
    validation chips are nearest to real ones in their signal-to-noise ratio, as that of flows.

    Parameters
    ----------
    replicate
        Number of the training; it and the seed decide weights, data order and noise.
    weights
        Safetensors file to write.
    history
        Parquet table to write: losses and measures by epoch.
    """
    stream = int(generator(seed, "gan", replicate).integers(2**31))
    prepare(options.threads, stream, deterministic=False)
    table, rows, store = read_table(catalogue), read_chips(chips), Micrographs(micrographs)
    check_splits(rows)
    train_rows = rows[rows["split"] == "train"]
    domains = list(dict.fromkeys(rows["domain"]))
    trained = sorted(set(train_rows["specimen"].astype(str)))
    conditions = Conditions.of(domains, table, trained)
    data = {
        name: _conditioned(train_rows[train_rows["domain"] == name], store, table, conditions)
        for name in domains
    }
    arguments = {
        "size_px": int(rows["size_px"].iloc[0]),
        "conditions": conditions.count,
        "width": options.width,
        "noise": options.noise,
    }
    net = ConditionalGenerator(**arguments)
    critic = ConditionalDiscriminator(
        options.discriminator, conditions.count, *_levels([each.chips for each in data.values()])
    )
    log.info(
        "%d parameters of the generator, %d of the discriminator",
        *(parameter_count(each) for each in (net, critic)),
    )
    measure = _validation(rows, store, table, conditions, stream)
    model = {
        "generator": arguments,
        "domains": domains,
        "means": conditions.means,
        "deviations": conditions.deviations,
        "scale": {"pixel_size_um": store.pixel_size_um, "grey_range": grey_range(micrographs)},
    }
    train_and_save(
        GanTraining((net, critic), data, measure, options, stream, device),
        origin=origin,
        weights=weights,
        history=history,
        model=model,
        epochs=options.epochs,
        score=GAP,
        eligible_from=math.ceil(FIRST_SHARE * options.epochs),
    )


def _conditioned(
    rows: pd.DataFrame, store: Micrographs, catalogue: pd.DataFrame, conditions: Conditions
) -> Conditioned:
    name = str(rows["domain"].iloc[0])
    labels = labels_of(catalogue, name, rows["specimen"].to_numpy())
    return Conditioned(ChipGather.of(store, rows), torch.from_numpy(conditions(name, labels)))


def _levels(chips: list[ChipGather]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and deviation of the chips of each domain, from -1 to 1."""
    some = [signed(each(torch.arange(0, len(each), 1 + len(each) // LEVELS_OF))) for each in chips]
    return torch.stack([each.mean() for each in some]), torch.stack([each.std() for each in some])


def _validation(
    rows: pd.DataFrame,
    store: Micrographs,
    catalogue: pd.DataFrame,
    conditions: Conditions,
    seed: int,
) -> Callable[[ConditionalGenerator], dict[str, float]]:
    """Return a function that compares an epoch with validation chips, as that of flows."""
    here = np.flatnonzero((rows["split"] == "validation").to_numpy())
    rng = generator(seed, "gan validation")
    few = rows.iloc[here[few_chips(rows.iloc[here], VALIDATION_CHIPS_PER_SPECIMEN, rng)]]
    given, ratio = {}, {}
    for name in conditions.domains:
        mine = few[few["domain"] == name]
        given[name] = conditions(name, labels_of(catalogue, name, mine["specimen"].to_numpy()))
        ratio[name] = float(signal_to_noise_db(cut_chips(store, mine)).mean())

    def measure(net: ConditionalGenerator) -> dict[str, float]:
        draws = torch.Generator().manual_seed(seed)
        ratios = {
            name: float(signal_to_noise_db(made_chips(net, each, draws)).mean())
            for name, each in given.items()
        }
        gaps = [abs(ratios[name] - ratio[name]) for name in ratios]
        return {"snr_db": float(np.mean(list(ratios.values()))), GAP: float(np.mean(gaps))}

    return measure
