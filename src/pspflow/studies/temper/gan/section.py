"""What the report says of the conditional GAN and its trainings."""

from collections.abc import Mapping

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.temper.flows.score import GAP, SAID
from pspflow.studies.temper.flows.section import kept_epochs
from pspflow.studies.temper.gan.options import GanOptions
from pspflow.training.undertrained import undertrained


def gan_section(
    histories: Mapping[str, pd.DataFrame], training: Figure, options: GanOptions
) -> Section:
    """Write the section.

    Parameters
    ----------
    histories
        Name of a training, gan/seedN, its losses and measures by epoch.
    training
        Losses and measures over the epochs.
    options
        Its size and training.
    """
    return Section(
        title="Conditional GAN",
        findings=undertrained(histories, GAP, SAID["nearest"], "temper.gan.epochs"),
        parts=(
            Part(
                title="Trainings",
                text="The paper compares its flows with conditional GANs of an earlier work, which "
                "are given the temper and the label and see no source; it has no details of them. "
                "Here: a generator with the layers of DCGAN and a discriminator like that of the "
                "flows, both given the domain and the standardised label, trained with the flows' "
                f"least-squares losses for {options.epochs} epochs, batches of "
                f"{options.batch_size} chips of each domain, trainings: {options.seeds}. For every "
                "held-out chip one of each other domain is made, of the label that its specimen "
                "has there; these are judged beside transferred chips, as variant gan. The epoch "
                "is chosen as that of the flows.",
                figures=(training,),
                tables=(
                    Table.of(kept_epochs(histories), "The epoch that each training keeps, from 1."),
                ),
            ),
        ),
    )
