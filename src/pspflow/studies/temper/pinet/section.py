"""What the report says of PI-Net."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pspflow.report.section import Figure, Headline, Part, Section, Table
from pspflow.studies.temper.pinet.options import PAPER_CHANNELS, PINetOptions
from pspflow.training.undertrained import undertrained


@dataclass(frozen=True)
class Results:
    """Tables of every head, by its name."""

    errors: Mapping[str, pd.DataFrame]
    speeds: Mapping[str, pd.DataFrame]
    histories: Mapping[str, pd.DataFrame]


def pinet_section(
    results: Results,
    parity: Figure,
    options: PINetOptions,
    differences: Sequence[str],
    *,
    comparable: bool = True,
) -> Section:
    """Write the section.

    Parameters
    ----------
    results
        What was measured.
    parity
        Predicted against exact pixels.
    options
        Size of the network and its training.
    differences
        How the run's data differ from the paper's.
    comparable
        Whether the paper says anything of such domains: a user's own stand beside nothing.
    """
    worst = worst_test_errors(results.errors)
    return Section(
        title="PI-Net",
        headline=_headline(worst, options, differences) if comparable else (),
        findings=findings(worst),
        parts=(_part(results, parity, options),),
    )


def worst_test_errors(errors: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Find each head's largest error on test chips, over that of the mean image of the domain.

    Heads are missing in a run without test chips.
    """
    joined = by_head(errors)
    tested = joined[joined["split"] == "test"].groupby("head", sort=False)["over_domain_mean"].max()
    return {str(head): float(worst) for head, worst in tested.items()}


def findings(worst: Mapping[str, float]) -> tuple[str, ...]:
    """Say how each head does on test chips, the worst first."""
    return tuple(
        f"{ratio:.2f} times the error of the mean image of the chip's domain: the largest error of "
        f"PI-Net, {head} head, on test chips"
        f"{'' if ratio < 1 else '; it cannot replace exact images'}."
        for head, ratio in sorted(worst.items(), key=lambda item: -item[1])
    )


def by_head(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Join the tables of the heads, with the head as first column."""
    return pd.concat(tables, names=["head", None]).reset_index(level="head")


def _headline(
    worst: Mapping[str, float], options: PINetOptions, differences: Sequence[str]
) -> tuple[Headline, ...]:
    if not worst:
        return ()
    size = [] if options.channels == PAPER_CHANNELS else ["a smaller network than the paper's"]
    each = " and ".join(f"{ratio:.2f} ({head} head)" for head, ratio in worst.items())
    return (
        Headline(
            quantity="error of PI-Net's persistence images on held-out chips",
            paper="negligible, without a number",
            here=f"at most {each} times that of the domain's mean image",
            verdict="not comparable",
            why="; ".join(["the paper gives no number", *differences, *size]),
        ),
    )


def _part(results: Results, parity: Figure, options: PINetOptions) -> Part:
    size = (
        "of the paper's size" if options.channels == PAPER_CHANNELS else "smaller than in the paper"
    )
    channels = ", ".join(str(count) for count in options.channels)
    histories = by_head(results.histories).groupby("head", sort=False)
    early = undertrained(
        {f"{head} head": each for head, each in results.histories.items()},
        "validation_loss",
        "the validation loss",
        "temper.pinet.max_epochs",
    )
    epochs = histories.agg(
        epochs=("epoch", "size"), best_validation_loss=("validation_loss", "min")
    ).reset_index()
    return Part(
        title="Errors and speed",
        text=f"The paper's network that replaces exact persistence images, {size} (channels "
        f"{channels}), in two readings of its last layers: global pooling with normalisation over "
        "channels (pooled), and pooling to the image's pixels (spatial). The spatial reading "
        "normalises every channel over the chip; this removes the channels' means, which a "
        "persistence image counts. The pooled reading keeps them up to one common scale. Errors "
        "are mean absolute errors (L1) of pixels, compared with those of the mean training image "
        "(over mean) and of the domain's mean training image (over domain mean); below 1 is "
        "better. The paper reports negligible differences on training and on held-out chips and "
        f"gives no number. {' '.join(early)}".rstrip(),
        figures=(parity,),
        tables=(
            Table.of(
                by_head(results.errors),
                "Errors of PI-Net by head, split, domain and homology dimension.",
            ),
            Table.of(epochs, "Epochs of each training, and its lowest validation loss."),
            Table.of(
                by_head(results.speeds),
                "Seconds per 1,000 chips on the machine of this run, of PI-Net and of the exact "
                "images.",
            ),
        ),
    )
