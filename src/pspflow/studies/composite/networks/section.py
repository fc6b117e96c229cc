"""What the report says about the networks: how they differ, reconstructions, and style slices."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.composite.networks.endings import SCORE, Ending, capped, ending
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.training.undertrained import undertrained

PAPERS_SIZES: Final = (16, 16, 2048)
"""Width, decoder_width and dense of the paper, Tables 2 to 5."""


def networks_section(
    histories: Mapping[str, pd.DataFrame],
    reconstructions: pd.DataFrame,
    mismatch: pd.DataFrame,
    figures: Mapping[str, Figure],
    options: NetworkOptions,
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
    return Section(
        title="Networks",
        findings=(*early, slices_finding(mismatch)),
        parts=(
            Part(
                title="Networks and their training",
                text=_text(options),
                tables=(
                    Table.of(
                        trainings(histories, copies, endings),
                        "Networks that were trained: epochs, the best of them, and whether the "
                        "patience, the cap of epochs or the end of a schedule ended the training.",
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
        f"Slices along x alone leave an autocorrelation error of {one:.3f}, slices along all axes "
        f"of {all_three:.3f}: "
        + ("all three are needed" if all_three < one else "one is enough")
        + "; the paper needs all three for its structures."
    )


def by_variant(mismatch: pd.DataFrame) -> pd.DataFrame:
    """Average the errors over the structures."""
    numbers = list(mismatch.select_dtypes("number"))
    keys = [name for name in mismatch if name not in numbers and name != "structure"]
    return mismatch.groupby(keys, as_index=False, sort=False)[numbers].mean()


def _text(options: NetworkOptions) -> str:
    style = (
        f"from VGG19 ({options.style_weights})"
        if options.style_weights
        else "from fixed random filters at up to three scales, since no weights of VGG19 were given"
    )
    own = (options.width, options.decoder_width, options.dense)
    size = (
        "of the paper's sizes"
        if own == PAPERS_SIZES
        else f"of smaller sizes than the paper's: {options.width} filters in the first stage of "
        f"the trunk and {options.decoder_width} in the last of the decoder (16), {options.dense} "
        "dense units (2048)"
    )
    return (
        "The VAE-regression of Tables 2 to 5 with a Gaussian prior (gaussian) and a mixture of "
        f"{options.components} (mixture), the plain autoencoder (vae) and regression alone (cnn), "
        f"{size}. Edges other than 51 have as many stages as halve them to 1. The log "
        "variances of Table 4's Gaussian prior are 16, one of each latent dimension: their printed "
        'size is "1/6". The style loss compares slices along all three axes; its '
        f"features are {style}; its unit is its mean between different training structures. "
        f"Weights: regression {options.published.regression_weight:g}, divergence "
        f"{options.published.kl_weight:g} per nat. The paper's are 10 and 1, after multipliers of "
        "2 and 20 that bring these terms to the scale of its own style loss; they do not carry "
        "over to this unit, in which larger weights of the divergence collapse the posterior. "
        "Ours (names ending in _statistics) have a trunk that uses means over the periodic cell, "
        "properties as logarithms, symmetric copies of the structures (shifted, and mirrored or "
        "with axes exchanged as far as the set has such structures: the table says how), a "
        "reconstruction loss of volume fraction, autocovariance and centred Gram matrices, a "
        "regressor that is applied to decoded structures, and a decoder that filters noise and "
        "cuts it. That decoder can make "
        "any cut Gaussian field and no other; simulated structures are such fields, so that its "
        "success on them does not carry over to structures of another kind. cnn_augmented is "
        "regression alone with the symmetric copies, cnn_statistics regression alone with our "
        "trunk and logarithms too."
    )
