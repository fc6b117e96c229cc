"""What the report says of the flows and their trainings."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.temper.flows import paper
from pspflow.studies.temper.flows.options import FlowOptions
from pspflow.studies.temper.flows.score import SAID, SCORES
from pspflow.studies.temper.flows.training_options import ChosenEpoch, FlowTraining, Regularisation
from pspflow.training.undertrained import undertrained

NETWORKS = {
    "glow": "a small flow that squeezes first, of {} couplings per domain",
    "realnvp": "RealNVP in two scales with 10 couplings per domain, as in the paper",
}
TOPOLOGIES: Mapping[Regularisation, str] = {
    "none": "no topological regularisation",
    "pinet": "persistence images by a frozen PI-Net (the paper's)",
    "exact": "exact persistence images, differentiated through their critical pixels (ours)",
}

CHOICES: Mapping[ChosenEpoch, str] = {
    "nearest": "its mean is nearest to that of real chips",
    "highest": "its mean is the highest, as in the paper",
}

OF_VARIANTS: Final = {"regularisation", "compared_with", "seeds"}
"""Options of a variant that do not change how it is trained."""


def flows_section(
    histories: Mapping[str, pd.DataFrame],
    training: Figure,
    options: FlowOptions,
) -> Section:
    """Write the section.

    Parameters
    ----------
    histories
        Name of a training, VARIANT/seedN, its losses and measures by epoch.
    training
        Losses and measures over the epochs.
    options
        Size of the flows and their training.
    """
    return Section(
        title="Flows",
        findings=undertrained(
            {f"flows {name}": each for name, each in histories.items()},
            SCORES[options.chosen_epoch],
            SAID[options.chosen_epoch],
            "temper.flows.epochs",
        ),
        parts=(_part(histories, training, options),),
    )


def kept_epochs(histories: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tabulate the epoch that each training keeps, counted from 1, with its losses and measures."""
    rows = [
        table[table["kept"]]
        .drop(columns="kept")
        .assign(training=name, epoch=lambda r: r["epoch"] + 1)
        for name, table in histories.items()
    ]
    joined = pd.concat(rows, ignore_index=True)
    return joined[["training", *[name for name in joined.columns if name != "training"]]]


def departures(options: FlowOptions) -> pd.DataFrame:
    """Tabulate the options that differ from the paper's.

    Returns
    -------
    DataFrame
        `option`, `paper`, `here`, and a column for each variant.
    """
    plain = options.model_copy(update={"variants": {}}).chosen()
    used: dict[str, FlowTraining] = {"here": plain}
    used |= {name: options.training(name) for name in options.variants}
    seeds = {name: options.variants[name].seeds for name in options.variants}
    rows = []
    for name, value in paper.SETTINGS.items():
        given = [
            (seeds.get(kind) or options.seeds) if name == "seeds" else getattr(each, name)
            for kind, each in used.items()
        ]
        if any(each != value for each in given):
            rows.append((name, _written(value), *map(_written, given)))
    return pd.DataFrame(rows, columns=["option", "paper", *used])


def described(options: FlowOptions) -> str:
    """Say what each regularisation and variant is trained with."""
    said = [f"{kind}: {TOPOLOGIES[kind]}" for kind in options.regularisations]
    for name, each in options.variants.items():
        own = each.model_dump(exclude_unset=True, exclude=OF_VARIANTS)
        changes = ", ".join(f"{key} {_written(value)}" for key, value in _flat(own).items())
        said.append(f"{name}: as {each.regularisation}, with {changes or 'the same options'}")
    return "; ".join(said)


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Name nested options by their path."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{key}": each for key, each in _flat(value).items()}
        else:
            found[name] = value
    return found


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_written, value))
    return "–" if value is None else str(value)


def _start(options: FlowOptions) -> str:
    share = options.likelihood_share
    if share:
        return f"The likelihood alone trains the first {100 * share:.0f} % of the epochs; then"
    return "From the first epoch,"


def _part(histories: Mapping[str, pd.DataFrame], training: Figure, options: FlowOptions) -> Part:
    tables = [Table.of(kept_epochs(histories), "The epoch that each training keeps, from 1.")]
    different = departures(options)
    if len(different):
        tables.append(Table.of(different, "Options of temper.flows that differ from the paper's."))
    return Part(
        title="Trainings",
        text="One invertible network per domain maps chips to a common Gaussian latent; a chip is "
        "transferred by the network of its domain and the inverse of another domain's. Here: "
        f"{NETWORKS[options.architecture].format(2 * options.couplings)}, width {options.width}, "
        f"{options.epochs} epochs, batches of {options.batch_size} chips of each domain, "
        f"trainings of each variant: {options.seeds}. {_start(options)} discriminators of chips "
        "are trained too and, by regularisation, discriminators of persistence images: "
        f"{described(options)}. The epoch is chosen by the signal-to-noise ratio of synthetic "
        f"validation chips: {CHOICES[options.chosen_epoch]}.",
        figures=(training,),
        tables=tuple(tables),
    )
