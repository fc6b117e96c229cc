"""What the report says about models of codes: trainings, reconstructions, latent space."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.report.tables import with_interval
from pspflow.studies.steel.codes import paper
from pspflow.studies.steel.codes.departures import (
    departures,
    scalar_departures,
    sharp_departures,
)
from pspflow.studies.steel.codes.findings import bias_table, findings
from pspflow.studies.steel.codes.options import CodesOptions
from pspflow.studies.steel.codes.reconstructions import MEASURES
from pspflow.training.undertrained import undertrained

MODELS: Final = {
    "vq": "vq, the paper's VQ-VAE, which replaces each latent vector by the nearest of a codebook",
    "fsq": "fsq, finite scalar quantisation, which rounds each number of a short latent vector to "
    "one of a few levels",
    "sharp": "sharp, ours: the paper's VQ-VAE with fewer halvings, so that a code stands for fewer "
    "pixels, and a loss that keeps phases",
}

GRID: Final = (
    " The codebook of fsq is a grid: where all its numbers have as many levels, its axes are "
    "arbitrary."
)


def codes_section(
    histories: Mapping[str, pd.DataFrame],
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Figure],
    options: CodesOptions,
    seed: int,
    *,
    simulated: bool,
) -> Section:
    """Write the section.

    Parameters
    ----------
    histories
        Losses and use of the codebook by epoch, of MODEL/TRAINED_ON.
    tables
        Test chips and their reconstructions by model; see `reconstructions.compared`.
    figures
        The figures `training`, `reconstructions`, `latent` and `codebook`.
    options
        The options of the chapter.
    seed
        Seed of the resamples.
    simulated
        Whether the chips are the simulated ones.
    """
    early = undertrained(
        histories, "validation_loss", "the validation loss", "steel.codes.max_epochs"
    )
    return Section(
        title="Codes",
        findings=(*early, *findings(tables, histories, seed, simulated=simulated)),
        parts=(
            Part(
                title="Models of codes and their training",
                text=_text(options),
                figures=(figures["training"],),
                tables=(
                    Table.of(
                        kept_epochs(histories),
                        "The epoch that each training keeps, from 1. Perplexity is the exponential "
                        "of the entropy of the codes of validation chips; dead codes are those "
                        "that none of them has.",
                    ),
                    Table.of(departures(options), "Where vq differs from the paper's VQ-VAE."),
                    *_of_others(options),
                ),
            ),
            Part(
                title="Reconstructions",
                text="Chips of test micrographs are encoded and decoded. What this changes of "
                "their ferrite fraction and mean free path, no distribution of codes can correct. "
                "The paper shows reconstructions of training chips, without numbers.",
                figures=(figures["reconstructions"],),
                tables=(
                    Table.of(
                        with_intervals(bias_table(tables, seed)),
                        "Error of reconstructed test chips (grey levels from -1 to 1), and bias of "
                        "their mean ferrite fraction and mean free path; 95 % intervals by "
                        "micrograph where a domain has two test micrographs or more.",
                    ),
                ),
            ),
            Part(
                title="Latent space and codebook",
                text="Latents of training chips before quantisation, flattened, on the first two "
                "of their principal axes; and the vectors of the codebook on theirs, coloured "
                "along the first. Maps of codes have these colours in all figures."
                + (GRID if "fsq" in options.models else ""),
                figures=(figures["latent"], figures["codebook"]),
            ),
        ),
    )


def with_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Write each measure of a table of biases as text, with its interval where there is one."""
    written = table[[name for name in table if not name.endswith(("_low", "_high"))]].copy()
    for measure in MEASURES:
        ends = [table[measure], table[f"{measure}_low"], table[f"{measure}_high"]]
        written[measure] = [with_interval(*each) for each in zip(*ends, strict=True)]
    return written


def kept_epochs(histories: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tabulate the epoch that each training keeps, counted from 1."""
    rows = []
    for name, history in histories.items():
        model, trained_on = name.split("/")
        kept = history[history["kept"]].iloc[0]
        rows.append(
            {
                "model": model,
                "trained_on": trained_on.replace("_", " "),
                "epochs": len(history),
                "kept": int(kept["epoch"]) + 1,
                "training_reconstruction": kept["training_reconstruction"],
                "validation_loss": kept["validation_loss"],
                "perplexity": kept["perplexity"],
                "dead_codes": int(kept["dead_codes"]),
            }
        )
    return pd.DataFrame(rows)


def _of_others(options: CodesOptions) -> tuple[Table, ...]:
    others = {"fsq": scalar_departures, "sharp": sharp_departures}
    return tuple(
        Table.of(others[name](options), f"Where {name} differs from the paper's VQ-VAE besides.")
        for name in options.models
        if name in others
    )


def _text(options: CodesOptions) -> str:
    models = "; ".join(MODELS[name] for name in options.models)
    widths = ", ".join(map(str, options.channels))
    crops = (
        f"random crops of {options.crop_px} x {options.crop_px} pixels"
        if options.crop_px
        else "whole chips"
    )
    held_out = options.held_out
    without = (
        f" Networks called held out never see a chip of {held_out.domain}: "
        f"{', '.join(held_out.models)}."
        if held_out.domain and held_out.models
        else ""
    )
    return (
        f"A network encodes a chip as a map of codes, and another decodes it. Models: {models}. "
        f"The encoder halves the image by convolutions of {widths} channels; "
        f"{options.residual_blocks} residual blocks follow. Training sees {crops}, mirrored at "
        f"random, in at most {options.max_epochs} epochs (paper: at most "
        f"{paper.SETTINGS['max_epochs']}, of which it used {paper.USED_EPOCHS}); the epoch with "
        f"the lowest validation loss is kept.{without}"
    )
