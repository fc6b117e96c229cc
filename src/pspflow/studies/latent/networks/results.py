"""What is known of every training, as tables: one row a network, one a comparison."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.evaluation.resampling import Sample, interval, resamples, specimen_means
from pspflow.models.latent.layers import PRINTED, PrintedName
from pspflow.report.section import Headline
from pspflow.seeds import generator
from pspflow.studies.latent.names import DatasetName
from pspflow.studies.latent.networks.recipes import NOT_PRINTED, PRINTED_FOR

STUCK: Final = 0.001
"""Variance of outputs between images, over that of the images, below which a network is stuck. For
grain boundaries, 64 principal components have a spread of 0.04: few numbers tell little of them."""
RESAMPLES: Final = 1000
COUNTS: Final[Mapping[PrintedName, int]] = {
    "smooth": 8801,
    "binary": 15833,
    "grain_growth": 8793,
    "additive": 14847,
    "uhcs": 5855,
}
"""Parameters that the report prints, sections 5 to 9."""
REFERENCES: Final = {
    "kaiming": "printed",
    **dict.fromkeys(("avgpool", "batch_norm", "no_batch_norm", "narrow", "wide"), "kaiming"),
}
"""What each network is compared with: that from which it differs in one thing."""


@dataclass(frozen=True)
class Trained:
    """What the stage `train` wrote of a network."""

    history: pd.DataFrame
    arguments: Mapping[str, Any]
    """See `ready.Finished`."""
    errors: pd.DataFrame
    """`image_id`, `group` and `mse` of validation images; no rows where it encodes none."""

    @property
    def kept(self) -> "pd.Series[float]":
        """Row of the epoch that is kept."""
        row: pd.Series[float] = self.history[self.history["kept"]].iloc[0]
        return row

    @property
    def encodes(self) -> bool:
        """Whether it is an autoencoder."""
        return "r2" in self.history

    @property
    def distances(self) -> bool:
        """Whether it encodes distances to boundaries."""
        return bool(self.arguments.get("boundaries"))

    @property
    def stuck(self) -> bool:
        """Whether its outputs are nearly the same for all images."""
        return self.encodes and bool(self.kept["output_spread"] < STUCK)


class Comparison(NamedTuple):
    """The error of a network against that of its reference, on the same validation images."""

    dataset: str
    model: str
    reference: str
    percent: float
    """Difference of mean errors, over that of the reference."""
    low: float
    high: float
    """Its 95 % interval over groups of images; NaN where there is one group alone."""
    groups: int


def trainings_table(trained: Mapping[str, Trained]) -> pd.DataFrame:
    """Tabulate the networks, by DATASET/MODEL: sizes, epochs, errors, and whether it is stuck."""
    rows = []
    for name, each in trained.items():
        dataset, model = name.split("/")
        measured = {
            "validation_MSE": float(each.kept["validation_loss"]) if each.encodes else None,
            "R²": float(each.kept["r2"]) if each.encodes else None,
            "output_spread": float(each.kept["output_spread"]) if each.encodes else None,
            "stuck": ("yes" if each.stuck else "no") if each.encodes else None,
        }
        rows.append(
            {
                "dataset": dataset,
                "network": model,
                "encodes": ("distances" if each.distances else "images") if each.encodes else None,
                "pixels": _by(each.arguments["shape"]),
                "parameters": each.arguments["parameters"],
                "latent_numbers": each.arguments["latent_size"],
                "epochs": len(each.history),
                "kept": int(each.kept["epoch"]) + 1,
                **measured,
            }
        )
    return pd.DataFrame(rows)


def comparisons(trained: Mapping[str, Trained], seed: int) -> list[Comparison]:
    """Compare networks with their references, image by image.

    Parameters
    ----------
    trained
        The networks by DATASET/MODEL.
    seed
        Seed of the resamples.
    """
    found = []
    for name, each in trained.items():
        dataset, model = name.split("/")
        reference = REFERENCES.get(model)
        other = trained.get(f"{dataset}/{reference}")
        if other is None or reference is None or not each.encodes:
            continue
        pairs = each.errors.merge(other.errors, on="image_id", suffixes=("", "_reference"))
        codes, groups = pd.factorize(pairs["group"])
        features = pairs[["mse", "mse_reference"]].to_numpy(np.float64)
        rng = generator(seed, "errors", dataset)
        draws = resamples(np.zeros(len(groups), np.int64), RESAMPLES, rng)
        means = specimen_means(Sample(features, codes), draws)
        percent, low, high = interval(100 * (means[:, 0] / means[:, 1] - 1))
        if len(groups) < 2:
            low = high = np.nan
        found.append(Comparison(dataset, model, reference, percent, low, high, len(groups)))
    return found


def headline(trained: Mapping[str, Trained]) -> tuple[Headline, ...]:
    """Compare the parameters of the trained networks with those that the report prints."""
    here = {
        name: int(trained[f"{dataset}/printed"].arguments["parameters"])
        for dataset, name in _printed(trained).items()
    }
    if not here:
        return ()
    return (
        Headline(
            quantity=f"Parameters of the printed autoencoders: {', '.join(_printed(trained))}",
            paper=", ".join(f"{COUNTS[name]:,}" for name in here),
            here=", ".join(f"{count:,}" for count in here.values()),
            verdict="reached"
            if all(count == COUNTS[name] for name, count in here.items())
            else "not reached",
        ),
    )


def layers_table(trained: Mapping[str, Trained]) -> pd.DataFrame:
    """Tabulate the shapes that layers make: `dataset`, `encoder`, `decoder`, `parameters`."""
    rows = []
    for dataset, name in _printed(trained).items():
        layers = PRINTED[name]
        size = trained[f"{dataset}/printed"].arguments["shape"]
        shapes = [" x ".join(map(str, shape)) for shape in layers.shapes(*size)]
        inside = len(layers.encoder)
        shapes[inside - 1] = f"({shapes[inside - 1]})"
        rows.append(
            {
                "dataset": dataset,
                "encoder": ", ".join(shapes[:inside]),
                "decoder": ", ".join(shapes[inside:]),
                "parameters_of_each": ", ".join(f"{each:,}" for each in layers.parameters()),
            }
        )
    return pd.DataFrame(rows, columns=["dataset", "encoder", "decoder", "parameters_of_each"])


def _printed(trained: Mapping[str, Trained]) -> dict[DatasetName, PrintedName]:
    """Return the layers of each dataset for which the report prints some, where it is trained."""
    return {
        dataset: name
        for dataset, name in PRINTED_FOR.items()
        if dataset not in NOT_PRINTED and f"{dataset}/printed" in trained
    }


def _by(numbers: list[int]) -> str:
    return " x ".join(map(str, numbers))
