"""Stage: the section of the report about the comparison of arms."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.mechanics.texture.gsh import names
from pspflow.studies.paths import FigureFolder, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import stage
from pspflow.studies.texture.evaluation.arms import ACTIVE, Training
from pspflow.studies.texture.evaluation.curve_figures import (
    error_figure,
    factor_figure,
    likelihood_figure,
)
from pspflow.studies.texture.evaluation.options import EvaluationOptions
from pspflow.studies.texture.evaluation.posterior_figures import (
    calibration_figure,
    posterior_figure,
)
from pspflow.studies.texture.evaluation.posteriors import KINDS, Posteriors, read_posteriors
from pspflow.studies.texture.evaluation.ranks import rank_array
from pspflow.studies.texture.evaluation.results import Results, test_errors
from pspflow.studies.texture.evaluation.section import evaluation_section
from pspflow.studies.texture.evaluation.trip_figures import arms_figure, round_trip_figure
from pspflow.studies.texture.paths import (
    CurveTable,
    EfficiencyTable,
    LoopTables,
    PosteriorStore,
    TextureTable,
    VerifiedTable,
)

CAPTIONS: Final = {
    "likelihood": "Likelihood of the test textures by observations (Figure 2).",
    "errors": "Mean round-trip error by observations (Figure C.6).",
    "factors": "Random over active observations, by the error that is wanted; stars at the stop, "
    "triangles where random did not get there, and a line at the error of arm full.",
    "trips": "Round trips of the active arm: parity by density of points, errors, and errors by "
    "how far the wanted parameters are from the mean (Figure 3).",
    "arms": "Errors of all arms at the end of their loops, and their posterior of C4 31 (Figure "
    "B.5).",
    "posteriors": "Pole figures of the truth and of the most probable texture, and posteriors "
    "of the first coefficients (Figure 4).",
    "calibration": "Ranks of the truth among drawn textures, and coverage of central intervals.",
}
WELL: Final = KINDS.index("sharp, well predicted")
"""The paper's P2, whose C4 31 it shows for all arms."""
SHOWN: Final = "C4_31"


@stage
def section(
    *,
    trips: LoopTables,
    ranks: LoopTables,
    verified: VerifiedTable | None = None,
    posteriors: PosteriorStore,
    curves: CurveTable,
    efficiency: EfficiencyTable,
    pool: TextureTable,
    figures: FigureFolder,
    section: SectionFile,
    options: EvaluationOptions = EvaluationOptions(),
    origin: Provenance,
) -> None:
    """Write what the report says about the comparison of arms; draw its figures.

    Parameters
    ----------
    verified
        Left out where the ground truth cannot be asked.
    options
        Options of the chapter.
    """
    results = Results(
        trips={name: read_table(path) for name, path in trips.items()},
        ranks={name: rank_array(read_table(path)) for name, path in ranks.items()},
        verified=None if verified is None else read_table(verified),
        curves=read_table(curves),
        efficiency=read_table(efficiency),
        samples=options.samples,
        candidates=len(read_table(pool)),
    )
    sheet = FigureSheet(figures, "evaluation", origin)
    drawn = _figures(results, read_posteriors(posteriors))
    pictures = {name: sheet.save(name, each, CAPTIONS[name]) for name, each in drawn.items()}
    save_section(section, evaluation_section(results, pictures), origin)


def _figures(results: Results, posteriors: Posteriors) -> Mapping[str, Figure]:
    judge = results.judge
    # of each arm, the first start
    first = {Training.of(name).arm: name for name in reversed(list(results.trips))}
    active: pd.DataFrame = results.trips[first[ACTIVE]]
    baseline = float(active.loc[active["set"] == "test", "error_mean"].mean())
    at = names().index(SHOWN)
    return {
        "likelihood": likelihood_figure(results.curves),
        "errors": error_figure(results.curves, baseline),
        "factors": factor_figure(results.efficiency, results.floors),
        "trips": round_trip_figure(active, active[f"error_{judge}"].to_numpy(np.float64)),
        "arms": arms_figure(
            {arm: test_errors(results.trips[first[arm]], judge) for arm in posteriors.arms},
            {
                arm: posteriors.samples[place, WELL, :, at]
                for place, arm in enumerate(posteriors.arms)
            },
            float(posteriors.truths[WELL, at]),
        ),
        "posteriors": posterior_figure(posteriors),
        "calibration": calibration_figure(
            {arm: results.ranks[first[arm]] for arm in posteriors.arms}, results.samples
        ),
    }
