"""What the report says about the trials."""

from collections.abc import Iterator, Mapping

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.trials.findings import Scale, findings
from pspflow.studies.composite.trials.options import TrialsOptions
from pspflow.studies.composite.trials.tables import averaged, curve, ranking, scored


def trials_section(
    trials: pd.DataFrame,
    figures: Mapping[str, Figure],
    options: TrialsOptions,
    networks: NetworkOptions,
    scale: Scale,
) -> Section:
    """Describe the trials.

    Parameters
    ----------
    trials
        One row per trial and split, see `tables.COLUMNS`.
    figures
        The figures of the kinds of trials that there are: structures, latent, components, spread.
    options
        The options of the chapter.
    networks
        The configured weights and sizes.
    scale
        What the structures are.
    """
    return Section(
        title="Trials",
        findings=findings(trials, scale, networks),
        parts=tuple(_parts(trials, figures, options)),
    )


def _parts(
    trials: pd.DataFrame, figures: Mapping[str, Figure], options: TrialsOptions
) -> Iterator[Part]:
    kinds = set(trials["varied"])
    if "structures" in kinds:
        yield Part(
            title="Learning curve",
            text="The training structures of each size are among those of the next, and test "
            "structures are the same for all. Networks with early stopping have a cap of "
            f"{options.curve.most_steps:,} batches, since larger sets need fewer epochs; at the "
            "size of the split it is the cap of epochs of the main trainings, which are those. "
            "Batches of a schedule grow as the root of the number of structures. Trainings that "
            "ended at their cap are marked: more could still lower their error.",
            figures=(figures["structures"],),
            tables=(Table.of(curve(trials), "MAPE of C11 by training structures."),),
        )
    if "weights" in kinds:
        rows = scored(trials)
        names = dict.fromkeys(str(name) for name in rows["network"])
        yield Part(
            title="Search of the weights",
            text="Every network has the same grid of weights, the same splits and the same "
            "number of epochs at most, on the set of inverse design. Weights rank by their score "
            "on validation structures: the geometric mean of three errors, of the regression "
            "(MAPE), of the reconstruction (1 is the mean between different structures), and of "
            f"designs: {options.designs} values of C11 of validation structures are designed for "
            "by the mean of the conditional prior, each component by its weight, and solved.",
            tables=tuple(
                Table.of(ranking(rows, name), f"Weights of {name}, the first one first.")
                for name in names
            ),
        )
    validation = trials[trials["split"] == "validation"]
    if "latent" in kinds:
        measures = ["reconstruction", "mape", "entropy", "active_dimensions", "design_error"]
        chosen = validation[validation["varied"] == "latent"]
        yield Part(
            title="Latent size",
            text="The paper chooses 16 of 2 to 64 dimensions by reconstruction, accuracy and the "
            "entropy of the posteriors. A dimension is active if it holds more than 0.1 nats about "
            "a structure.",
            figures=(figures["latent"],),
            tables=(
                Table.of(
                    averaged(chosen, ["network", "latent"], measures),
                    "Measures of validation structures by dimensions of the latent space.",
                ),
            ),
        )
    if "components" in kinds:
        measures = [
            "separation",
            "separation_by_c11",
            "density_gain",
            "log_density",
            "mape",
            "design_error",
        ]
        chosen = validation[validation["varied"] == "components"]
        yield Part(
            title="Components of the prior",
            text="A component stands for the morphology that most of its training structures "
            "have; separation is the share of validation structures whose most likely component "
            "stands for theirs. Beside it stands the share that one level of C11 tells apart, "
            "since the prior knows C11. The gain is by how much latents are more likely under the "
            "prior of their C11 than under one "
            "Gaussian for all; other than the log density, it does not depend on their scale.",
            figures=(figures["components"],),
            tables=(
                Table.of(
                    averaged(chosen, ["network", "components"], measures),
                    "Measures of validation structures by components of the prior.",
                ),
            ),
        )
    if "spread" in kinds:
        measures = ["separation", "separation_by_c11", "density_gain", "mape", "design_error"]
        chosen = validation[validation["varied"] == "spread"]
        yield Part(
            title="Start of the components",
            text="The paper does not print from where the means of its components start. Ours "
            "start close together, as the first weights of a dense layer do; here they start "
            "further apart, in the training with the rest and in the refit. The measures are those "
            "of the components of the prior; the prior is that which was trained with the rest.",
            figures=(figures["spread"],),
            tables=(
                Table.of(
                    averaged(chosen, ["network", "prior_spread"], measures),
                    "Measures of validation structures by the spread from which components start.",
                ),
            ),
        )
