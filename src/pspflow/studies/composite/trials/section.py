"""What the report says about the trials."""

from collections.abc import Iterator, Mapping

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.trials.findings import Scale, findings
from pspflow.studies.composite.trials.options import TrialsOptions
from pspflow.studies.composite.trials.sweeps import SWEEPS
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
    for varied, sweep in SWEEPS.items():
        if varied not in kinds:
            continue
        chosen = validation[validation["varied"] == varied]
        rows = averaged(chosen, ["network", sweep.column], sweep.measures)
        yield Part(
            title=sweep.title,
            text=sweep.text,
            figures=(figures[varied],),
            tables=(Table.of(rows, sweep.caption),),
        )
