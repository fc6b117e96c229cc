"""What the report says of PixelCNN."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.steel.prior.departures import departures
from pspflow.studies.steel.prior.findings import findings
from pspflow.studies.steel.prior.options import PriorOptions
from pspflow.training.undertrained import undertrained


def prior_section(
    histories: Mapping[str, pd.DataFrame],
    tables: Mapping[str, pd.DataFrame],
    figures: Sequence[Figure],
    options: PriorOptions,
    *,
    held_out: str | None,
    simulated: bool,
) -> Section:
    """Write the section.

    Parameters
    ----------
    histories
        CODE_MODEL/TRAINED_ON/CONDITIONING, its losses by epoch.
    tables
        Model of codes, its likelihood.
    figures
        Losses over the epochs; likelihood by domain.
    options
        The options of the chapter.
    held_out
        Domain that some networks do not see.
    simulated
        Whether the micrographs are simulated.
    """
    training, likelihood = figures
    properties = any(name.endswith("/properties") for name in histories)
    early = undertrained(
        histories, "validation_loss", "the validation loss", "steel.prior.max_epochs"
    )
    without = (
        f" Networks without a domain did not see {held_out}, nor did the model of their codes."
        if held_out
        else ""
    )
    return Section(
        title="PixelCNN",
        findings=(*early, *findings(tables, histories, held_out, simulated=simulated)),
        parts=(
            Part(
                title="Training",
                text="PixelCNN learns the distribution of a chip's codes, each given the codes "
                "above it and to its left, and the conditions. Here: "
                f"{options.layers} gated layers of {options.channels} channels, at most "
                f"{options.max_epochs} epochs, chips as they are and mirrored. The epoch with the "
                f"lowest validation loss is kept.{without}",
                figures=(training,),
                tables=(
                    Table.of(kept_epochs(histories), "The epoch that each training keeps, from 1."),
                    Table.of(
                        departures(options, properties=properties),
                        "Departures from the paper: what it does, what runs here, and why.",
                    ),
                ),
            ),
            Part(
                title="Likelihood of test chips",
                text="Negative log-likelihood of the codes of chips from micrographs that no "
                "network saw, in nats a code: fewer is better. The baseline draws codes "
                "independently, with the frequencies of the training chips of the same domain "
                f"(each code counts {options.smoothing:g} times more than it was seen): what "
                "PixelCNN has beyond it is spatial. Networks conditioned on properties are told "
                "each chip's own, and the baseline is told its domain. Likelihoods of different "
                "codes do not compare: fewer codes are easier to predict. A micrograph counts "
                "once; intervals are Student's over micrographs within domains. The paper gives no "
                "likelihood.",
                figures=(likelihood,),
                tables=(
                    Table.of(by_model(tables), "Nats a code of test chips, with 95 % intervals."),
                ),
            ),
        ),
    )


def kept_epochs(histories: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tabulate the kept epoch of each training with its losses, and the epochs that were run."""
    rows = []
    for name, history in histories.items():
        kept = history[history["kept"]].iloc[0]
        losses = (float(kept["training_loss"]), float(kept["validation_loss"]))
        rows.append((name, int(kept["epoch"]) + 1, len(history), *losses))
    names = ["training", "kept_epoch", "epochs", "training_loss", "validation_loss"]
    return pd.DataFrame(rows, columns=names)


def by_model(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Join the tables of the models of codes, with the model as first column."""
    joined = pd.concat(tables, names=["code_model", None]).reset_index(level="code_model")
    ends = ["low", "high"]
    joined[ends] = joined[ends].where(joined[ends].abs() < float("inf"))
    return joined
