"""Stage: the flows of all domains are trained with one topological regularisation."""

import math
from pathlib import Path

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, grey_range, read_chips
from pspflow.logs import log
from pspflow.models.multiflow import MultiDomainFlow
from pspflow.models.parameters import parameter_count
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, GridTable, MicrographStore, PersistenceStore, Weights
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.stage import AUTO, Device, Index, Seed, stage
from pspflow.studies.temper.flows.score import SCORES
from pspflow.studies.temper.flows.splits import check_splits
from pspflow.studies.temper.flows.training import (
    arguments_of,
    domain_data,
    exact_topology,
    learned_topology,
    settings_of,
    validation_of,
)
from pspflow.studies.temper.flows.training_options import FlowTraining, Regularisation
from pspflow.training.flows.transfer import TransferTraining
from pspflow.training.session import prepare, train_and_save


@stage
def train(
    *,
    regularisation: Regularisation,
    replicate: Index,
    micrographs: MicrographStore,
    chips: ChipTable,
    weights: Path,
    history: Path,
    persistence: PersistenceStore | None = None,
    grid: GridTable | None = None,
    pinet: Weights | None = None,
    options: FlowTraining = FlowTraining(),
    seed: Seed = 0,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Train the flows of all domains against their discriminators.

    A killed training goes on from its last epoch when it is started again. Among the epochs with
    discriminators, one is kept by the signal-to-noise ratio of synthetic validation chips, see the
    option `chosen_epoch`. Regularisation `exact` needs the persistence images and their grid,
    `pinet` the weights of PI-Net.

    Parameters
    ----------
    regularisation
        What computes the persistence images that discriminators see: none, pinet or exact.
    replicate
        Number of the training; it and the seed decide weights, data order and noise.
    weights
        Safetensors file to write.
    history
        Parquet table to write: losses and measures by epoch.
    """
    stream = int(generator(seed, "flow", replicate).integers(2**31))
    prepare(options.threads, stream, deterministic=False)
    rows, store = read_chips(chips), Micrographs(micrographs)
    check_splits(rows)
    topology, exact = None, None
    if regularisation == "pinet":
        topology = learned_topology(_needed(pinet, "--pinet", regularisation)).to(device)
    elif regularisation == "exact":
        imaging = pi.read_imaging(_needed(grid, "--grid", regularisation))
        topology = exact_topology(imaging).to(device)
        exact = pi.images_of(_needed(persistence, "--persistence", regularisation), chips)

    domains = list(dict.fromkeys(rows["domain"]))
    data = {name: domain_data(name, rows, store, topology, exact, options) for name in domains}
    arguments = arguments_of(data, options)
    flow = MultiDomainFlow(**arguments)
    count = parameter_count(flow) // len(domains)
    log.info("%d domains, %d parameters per flow", len(domains), count)
    training = TransferTraining(
        flow,
        data,
        topology,
        validation_of(rows, store, domains, seed, options.chosen_epoch),
        settings_of(options, regularisation),
        stream,
        device,
        mixed=options.precision == "bfloat16",
    )
    scale = {"pixel_size_um": store.pixel_size_um, "grey_range": grey_range(micrographs)}
    train_and_save(
        training,
        origin=origin,
        weights=weights,
        history=history,
        model={"flow": arguments, "scale": scale},
        epochs=options.epochs,
        score=SCORES[options.chosen_epoch],
        eligible_from=math.ceil(options.likelihood_share * options.epochs),
    )


def _needed(path: Path | None, flag: str, regularisation: Regularisation) -> Path:
    if path is None:
        raise InputError(f"Regularisation {regularisation!r} needs {flag}; give it.")
    return path
