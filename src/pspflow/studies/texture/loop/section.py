"""What the report says about the loops: where they stopped and why, what they took, departures."""

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.texture.loop.departures import departures
from pspflow.studies.texture.loop.findings import (
    Tables,
    findings,
    loops_table,
    seconds_table,
    stop_headline,
)
from pspflow.studies.texture.loop.options import LoopOptions


def loop_section(
    histories: Tables, seconds: Tables, observed: Tables, figure: Figure, options: LoopOptions
) -> Section:
    """Describe the loops.

    Parameters
    ----------
    histories, seconds, observed
        By loop, ARM/startN: iterations, how long each took, and observations.
    figure
        Likelihood over observations.
    options
        Options of the chapter.
    """
    loops = loops_table(histories, observed, options)
    return Section(
        title="Loop",
        headline=(stop_headline(loops, options),),
        findings=findings(loops, histories, seconds, options),
        parts=(
            Part(
                title="Loops",
                text=_text(options),
                figures=(figure,),
                tables=(
                    Table.of(loops, "How each loop ended; change is the left side of equation 10."),
                    Table.of(seconds_table(seconds), "Mean seconds of an iteration, by part."),
                ),
            ),
            Part(
                title="Departures from the paper",
                tables=(
                    Table.of(departures(options), "What the paper does, what runs here, and why."),
                ),
            ),
        ),
    )


def figure_caption(options: LoopOptions) -> str:
    """Say what the figure shows."""
    return (
        "Mean log-likelihood of the validation textures over the observations, one line per loop, "
        f"and its mean absolute change over the last {options.window} iterations, with the "
        f"tolerance φ = {options.tolerance:g} at which a loop that chooses by the determinant "
        "stops."
    )


def _text(options: LoopOptions) -> str:
    return (
        "In every iteration a Gaussian process is fitted to what was observed, a flow is trained "
        "on joint samples of its posterior at all candidates, and the next "
        f"{options.flow_every} textures are chosen: active takes one after another, each by the "
        "determinant of the predicted covariance, and refits the process after every one; random "
        "takes any, from the same first textures. active_batch chooses the textures of an "
        f"iteration together, {options.batch} at a time; active_warm goes on from its last flow. "
        "full learns both models from the parameters of the whole pool. A loop that chooses by the "
        "determinant stops when the "
        f"likelihood has settled (equation 10), at {options.most_observations:,} observations at "
        f"the latest; random goes on to {options.random_observations:,}. The log-likelihood is "
        "per validation texture; history.parquet of each loop has it per coefficient too."
    )
