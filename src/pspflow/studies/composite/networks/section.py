"""What the report says about the networks: how they differ, reconstructions, and style slices."""

from collections.abc import Collection, Mapping

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.composite.networks.departures import Data, departures
from pspflow.studies.composite.networks.endings import SCORE, Ending, capped, ending
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.training.undertrained import undertrained


def networks_section(
    histories: Mapping[str, pd.DataFrame],
    reconstructions: pd.DataFrame,
    mismatch: pd.DataFrame,
    figures: Mapping[str, Figure],
    options: NetworkOptions,
    data: Data,
    copies: Mapping[str, str] = {},
) -> Section:
    """Describe the networks and how they were trained.

    Parameters
    ----------
    histories
        Tables of the losses by training, SET/TARGET/NETWORK/runN.
    reconstructions
        Volume fraction and stiffness of structures and of their reconstructions.
    mismatch
        Errors of structures rebuilt from slices, see `ablation.mismatches`.
    figures
        The figures `reconstructions` and `slice_ablation`.
    options
        The options of the chapter.
    data
        The data that the networks are trained on.
    copies
        Symmetries of the copies that networks were trained on, by training.
    """
    endings = {
        name: ending(history, name.split("/")[2], options.patience)
        for name, history in histories.items()
    }
    scheduled = {name: histories[name] for name, each in endings.items() if each == "schedule"}
    early = (
        *capped(endings, "composite.networks.max_epochs"),
        *undertrained(
            scheduled, SCORE, "the validation loss", "composite.networks.scheduled_epochs"
        ),
    )
    networks = dict.fromkeys(name.split("/")[2] for name in histories)
    return Section(
        title="Networks",
        findings=(*early, slices_finding(mismatch)),
        parts=(
            Part(
                title="Networks and their training",
                text=_text(options, networks),
                tables=(
                    Table.of(
                        trainings(histories, copies, endings),
                        "Networks that were trained: epochs, the best of them, and whether the "
                        "patience, the cap of epochs or the end of a schedule ended the training.",
                    ),
                    Table.of(
                        departures(options, networks, data),
                        "Departures from the composite paper: what it does, what runs here, and "
                        "why.",
                    ),
                ),
            ),
            Part(
                title="Reconstructions",
                text="Test structures are encoded and decoded. The style loss compares statistics, "
                "so that no voxel needs to be where it was.",
                figures=(figures["reconstructions"],),
                tables=(
                    Table.of(
                        reconstructions,
                        "Volume fraction and solved stiffness of structures and reconstructions.",
                    ),
                ),
            ),
            Part(
                title="Slices of the style loss",
                text=f"Voxels are optimised in {options.ablation.steps} steps to match the style "
                "of a structure that is long along x. Slices along x alone contain no information "
                "on what is between them; the question is whether slices along all axes correct "
                "that (the paper's Figure 5).",
                figures=(figures["slice_ablation"],),
                tables=(
                    Table.of(
                        by_variant(mismatch),
                        "Error of the two-point autocorrelation along the axes.",
                    ),
                ),
            ),
        ),
    )


def trainings(
    histories: Mapping[str, pd.DataFrame],
    copies: Mapping[str, str] = {},
    endings: Mapping[str, Ending] = {},
) -> pd.DataFrame:
    """Tabulate the trainings.

    Parameters
    ----------
    histories, copies
        See `networks_section`.
    endings
        How each training ended.
    """
    rows = []
    for name, history in histories.items():
        data, target, network, run = name.split("/")
        best = history[SCORE].idxmin()
        rows.append(
            {
                "structures": data,
                "target": target,
                "model": network,
                "run": int(run.removeprefix("run")),
                "epochs": len(history),
                "best_epoch": int(history["epoch"][best]) + 1,
                "ended_by": endings.get(name, ""),
                "validation_loss": float(history[SCORE][best]),
                "training": "ours" if RECIPES[network].ours else "the paper's",
                "copies": copies.get(name, ""),
            }
        )
    return pd.DataFrame(rows)


def slices_finding(mismatch: pd.DataFrame) -> str:
    """Say whether slices along all three axes are needed."""
    means = mismatch.groupby("slices", sort=False)["error"].mean()
    one, all_three = float(means["x"]), float(means["xyz"])
    return (
        f"{one:.3f} with slices along x alone and {all_three:.3f} along all axes: error of the "
        "autocorrelation of rebuilt structures; "
        + ("all three are needed" if all_three < one else "one is enough")
        + "; the paper needs all three for its structures."
    )


def by_variant(mismatch: pd.DataFrame) -> pd.DataFrame:
    """Average the errors over the structures."""
    numbers = list(mismatch.select_dtypes("number"))
    keys = [name for name in mismatch if name not in numbers and name != "structure"]
    return mismatch.groupby(keys, as_index=False, sort=False)[numbers].mean()


def _text(options: NetworkOptions, networks: Collection[str]) -> str:
    """Describe the networks that are trained; what departs from the paper has a table."""
    trained = [RECIPES[name] for name in networks]
    said = (
        "The paper's networks are its VAE-regression (Tables 2 to 5) with a Gaussian prior "
        f"(gaussian) or a mixture of {options.components} (mixture), the autoencoder without "
        "regression (vae) and regression alone (cnn). They stop when neither part of the "
        "validation loss, the reconstruction or the squared errors of the properties, has fallen "
        f"for {options.patience} epochs; the epoch with the lowest sum is kept."
    )
    if any(each.ours for each in trained):
        said += (
            " Ours add one step after another, which their names say: symmetric copies of the "
            "structures and a learning rate that falls to zero (_augmented); logarithms of the "
            "properties (_log); and a trunk that averages over the periodic cell, a loss of volume "
            "fraction, autocovariance and centred Gram matrices, a regressor applied to decoded "
            "structures, and a decoder that filters noise and cuts it (_statistics)."
        )
    if any(each.statistics and each.autoencoder for each in trained):
        said += (
            " That decoder makes Gaussian fields cut at a level, and nothing else; the simulated "
            "structures of sets all and pair are such fields, so that its success on them does not "
            "carry over to other structures."
        )
    if any(each.convolved for each in trained):
        said += (
            " The decoder of mixture_convolved convolves noise twice and is not confined to these."
        )
    return said
