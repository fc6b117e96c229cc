"""Departures from the report: what it does, what runs here, and why."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.studies.latent.names import GANS
from pspflow.studies.latent.networks.options import NetworksOptions
from pspflow.studies.latent.networks.recipes import NOT_PRINTED, PRINTED_FOR
from pspflow.studies.latent.networks.results import Trained

REPORT_EPOCHS: Final = {
    "gaussian_smooth": 160,
    "gaussian_binary": 320,
    "grain_growth": 160,
    "additive": 100,
    "uhcs_64x64": 100,
}
"""Last epoch of the report's reconstructions, Figures 5-2, 6-1, 7-2 and 8-1, and of the samples of
Figure 10-1. Samples of additive go to 160; for the crops of 48 x 64 pixels no epoch is legible."""
OPEN: Final = "not said"
NEEDED: Final = "something has to be chosen"


def departures(trained: Mapping[str, Trained], options: NetworksOptions) -> pd.DataFrame:
    """Tabulate departures of the autoencoders: `what`, `report`, `here`, `why`.

    Parameters
    ----------
    trained
        The networks by DATASET/MODEL.
    options
        The options of the chapter.
    """
    chosen = options.autoencoder
    rows = [
        ("optimiser", OPEN, "Adam", NEEDED),
        ("learning rate", OPEN, f"{chosen.learning_rate:g}", NEEDED),
        ("images of a batch", OPEN, f"{chosen.batch_size}", NEEDED),
        ("grey levels", OPEN, "0 to 255 as -1 to 1", "the range of the last layer, a Tanh"),
        (
            "start of the weights",
            OPEN,
            "torch's for printed; for all others Kaiming's, the last layer at a tenth of it",
            "torch's is what a network has of which nothing is said; some are stuck at first",
        ),
        (
            "chosen epoch",
            "pictures of several epochs",
            "that with the lowest validation loss",
            "one rule for all networks, which sees no test image",
        ),
        *_epochs(trained, options),
        *_layers(trained),
        *_sizes(trained),
    ]
    return pd.DataFrame(rows, columns=["what", "report", "here", "why"])


def _epochs(
    trained: Mapping[str, Trained], options: NetworksOptions
) -> list[tuple[str, str, str, str]]:
    return [
        (
            f"epochs of {dataset}",
            f"pictures up to {REPORT_EPOCHS[dataset]}",
            f"{here}",
            "less time" if here < REPORT_EPOCHS[dataset] else "chosen in the configuration",
        )
        for dataset in _datasets(trained)
        if dataset in REPORT_EPOCHS
        and (here := getattr(options.epochs, dataset)) != REPORT_EPOCHS[dataset]
    ]


def _layers(trained: Mapping[str, Trained]) -> list[tuple[str, str, str, str]]:
    return [
        (
            f"layers of {dataset}",
            "none are printed",
            f"those of {PRINTED_FOR[dataset]}",
            {
                "weld": "it is the other dataset of a melt pool",
                "inpainted": "it has crops of the same steel",
                "chips": "they are of steel too",
            }[dataset],
        )
        for dataset in NOT_PRINTED
        if dataset in _datasets(trained)
    ]


def _sizes(trained: Mapping[str, Trained]) -> list[tuple[str, str, str, str]]:
    """Name the datasets whose layers return another size than they are given."""
    made = {
        name.split("/")[0]: (each.arguments["shape"], each.arguments["made_shape"])
        for name, each in trained.items()
        if name.split("/")[1] not in GANS
        and each.arguments["made_shape"] != each.arguments["shape"]
    }
    return [
        (
            f"size of decoded images of {dataset}",
            "not said how images of a size that does not come back are compared",
            f"{_by(layers)} pixels that the layers make of {_by(shape)} are resized linearly to "
            f"{_by(shape)}",
            "no target is cropped",
        )
        for dataset, (shape, layers) in made.items()
    ]


def _datasets(trained: Mapping[str, Trained]) -> list[str]:
    return list(dict.fromkeys(name.split("/")[0] for name in trained))


def _by(size: list[int]) -> str:
    return " x ".join(map(str, size))
