"""Stage: the conditional GAN makes chips of the labels of held-out specimens."""

from pathlib import Path

import numpy as np
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import read_chips
from pspflow.io.tables import read_table
from pspflow.io.weights import load_weights
from pspflow.models.conditional_gan import ConditionalGenerator
from pspflow.models.multiflow import directions
from pspflow.seeds import generator
from pspflow.studies.paths import CatalogueTable, ChipTable, Weights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.temper.gan.conditions import Conditions, labels_of
from pspflow.studies.temper.gan.training import made_chips
from pspflow.studies.temper.transfer.draws import held_out
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.stages.chips import SAMPLES
from pspflow.studies.temper.transfer.synthetic import put_synthetic
from pspflow.training.memory import keep_freed_memory


@stage
def draw(
    *,
    weights: Weights,
    catalogue: CatalogueTable,
    chips: ChipTable,
    synthetic: Path,
    options: TransferOptions = TransferOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Make a chip of the target for every held-out chip, of the label that its specimen has there.

    The chip itself is not seen: what the specimen has in common with what is made is the label.

    Parameters
    ----------
    synthetic
        Zarr store to write, as that of transferred chips.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    table, rows = read_table(catalogue), read_chips(chips)
    tensors, model = load_weights(weights)
    net = ConditionalGenerator(**model["generator"])
    net.load_state_dict(tensors)
    net = net.eval().requires_grad_(False).to(device)
    conditions = Conditions(tuple(model["domains"]), model["means"], model["deviations"])
    drawn = held_out(rows, options.chips_per_specimen, seed)
    draws = torch.Generator().manual_seed(int(generator(seed, "gan chips").integers(2**62)))
    specimens = {name: rows["specimen"].iloc[at].to_numpy() for name, at in drawn.items()}
    made = {
        (a, b): made_chips(net, conditions(b, labels_of(table, b, specimens[a])), draws)
        for a, b in directions(conditions.domains)
    }
    samples = {}
    for name, each in specimens.items():
        some = each[np.arange(SAMPLES) * len(each) // SAMPLES]
        labels = labels_of(table, name, some)
        samples[name] = made_chips(net, conditions(name, labels), draws)
    put_synthetic(synthetic, chips, drawn, made, samples, origin)
