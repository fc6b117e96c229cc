"""What the report says about the networks: their trainings, stuck ones, and the variants."""

from collections.abc import Collection, Mapping
from typing import Final

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.report.tables import with_interval
from pspflow.studies.latent.networks.departures import departures
from pspflow.studies.latent.networks.findings import CHANGES, EACH, findings
from pspflow.studies.latent.networks.options import NetworksOptions
from pspflow.studies.latent.networks.results import (
    STUCK,
    Comparison,
    Trained,
    comparisons,
    headline,
    layers_table,
    trainings_table,
)
from pspflow.training.undertrained import undertrained

WORDS: Final = {
    "printed": "printed, the report's layers as they are",
    "kaiming": "kaiming, the same, started as He et al. 2015 describe, but the last layer at a "
    "tenth of it",
    "avgpool": "avgpool, with average pooling",
    "batch_norm": "batch_norm, with batch normalisation in the encoder",
    "no_batch_norm": "no_batch_norm, without batch normalisation",
    "narrow": "narrow, with half the channels in the first layer",
    "wide": "wide, with twice the channels in the first layer",
    "distance": "distance, which encodes the distance to the boundary and draws boundaries by a "
    "watershed of what it decodes. Its lines are closed by construction, which says nothing of the "
    "network; its error is that of distances, and not comparable with the others'",
    "dcgan": "dcgan, the adversarial network that the report names",
    "stationary": "stationary, its successor here",
}

TRAININGS: Final = (
    "The networks, each with the epoch that is kept, from 1. MSE is the mean squared error of "
    "validation images, grey levels from -1 to 1; R² is 1 less this over their variance about "
    "their mean image; the output spread is the variance of outputs between these images over that "
    f"of the images. Stuck: it is below {STUCK:g}. Parameters of adversarial networks are those of "
    "the generator, and their epoch is the last."
)


def networks_section(
    trained: Mapping[str, Trained],
    figure: Figure,
    options: NetworksOptions,
    simulated: Collection[str],
    seed: int,
) -> Section:
    """Write the section.

    Parameters
    ----------
    trained
        The networks by DATASET/MODEL.
    figure
        Their learning curves.
    options
        The options of the chapter.
    simulated
        Datasets whose images are simulated.
    seed
        Seed of the resamples.
    """
    compared = comparisons(trained, seed)
    histories = {name: each.history for name, each in trained.items()}
    early = undertrained(
        histories, "validation_loss", "the validation loss", "latent.networks.epochs"
    )
    return Section(
        title="Networks",
        headline=headline(trained),
        findings=(*findings(trained, compared, simulated), *early),
        parts=(
            Part(
                title="Networks and their training",
                text=_text(trained, options),
                figures=(figure,),
                tables=(
                    Table.of(
                        trainings_table(trained),
                        TRAININGS,
                    ),
                    Table.of(
                        layers_table(trained),
                        "Layers of the report's autoencoders (its Figures 5-1 and 7-1, and its "
                        "listings): channels x rows x columns that each makes, latent in brackets, "
                        "for the images here.",
                        detail=True,
                    ),
                    Table.of(
                        departures(trained, options),
                        "Where the report leaves a choice, or is departed from.",
                        detail=True,
                    ),
                ),
            ),
            *([_of_variants(compared)] if compared else []),
        ),
    )


def _of_variants(compared: list[Comparison]) -> Part:
    rows = [
        {
            "dataset": each.dataset,
            "network": each.model,
            "against": each.reference,
            "change": CHANGES[each.model],
            "difference_of_MSE": with_interval(each.percent, each.low, each.high, unit=" %"),
            "groups": each.groups,
        }
        for each in compared
    ]
    return Part(
        title="Variants",
        text="Each network against the one from which it differs in one thing, on the same "
        f"validation images; {EACH}.",
        tables=(
            Table.of(
                pd.DataFrame(rows),
                "Difference of mean squared errors over that of the network that is compared with; "
                "95 % intervals by image of simulated datasets, by sample of crops (groups).",
            ),
        ),
    )


def _text(trained: Mapping[str, Trained], options: NetworksOptions) -> str:
    models = dict.fromkeys(name.split("/")[1] for name in trained)
    most = (
        f" At most {options.most_images} images of a dataset are trained on."
        if options.most_images
        else ""
    )
    return (
        "An autoencoder maps an image to fewer numbers, its latent, and back; the report prints "
        "one for each of five datasets. printed, kaiming and distance have exactly its layers and "
        "numbers of parameters, on weld those of additive. "
        "It trains on the mean squared error for a fixed number of epochs. Networks: "
        f"{'; '.join(WORDS[model] for model in models)}.{most}"
    )
