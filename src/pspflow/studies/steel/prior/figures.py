"""Figures of PixelCNN: tables in, matplotlib figures out."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pspflow.report.style import COLOURS, figure_of, plain
from pspflow.studies.steel.prior.likelihood import EVERY, INDEPENDENT, PIXELCNN
from pspflow.studies.steel.prior.names import ARMS

COLOUR: Final = dict(zip(ARMS, COLOURS, strict=False))
MARKERS: Final = {PIXELCNN: "o", INDEPENDENT: "x"}
WIDTH: Final = 0.5
"""Width in which the points of a domain lie side by side, over the distance of two domains."""


def training_figure(histories: Mapping[str, pd.DataFrame]) -> Figure:
    """Show training and validation losses over the epochs, a panel for each model of codes.

    Parameters
    ----------
    histories
        CODE_MODEL/TRAINED_ON/CONDITIONING, its history; see `training.loop.train`.
    """
    models = list(dict.fromkeys(name.split("/")[0] for name in histories))
    with figure_of(1, len(models), cell_aspect=_aspect(len(models))) as (figure, grid):
        for axes, model in zip(grid[0], models, strict=True):
            for name, history in histories.items():
                if name.split("/")[0] != model:
                    continue
                arm = name.partition("/")[2]
                epochs = history["epoch"] + 1
                look = {"color": COLOUR[arm], "linewidth": 0.9, "marker": "."}
                look["markersize"] = 3 if len(epochs) < 30 else 0
                axes.plot(epochs, history["validation_loss"], label=ARMS[arm], **look)
                axes.plot(epochs, history["training_loss"], **{**look, "linestyle": ":"})
                kept = history["kept"].to_numpy(bool)
                axes.plot(
                    epochs[kept], history["validation_loss"][kept], "o", color=COLOUR[arm], ms=4
                )
            axes.set(title=plain(model), xlabel="epoch", ylabel="loss, nats a code")
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            axes.legend(fontsize=7)
    return figure


def likelihood_figure(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Show nats a code of test maps by domain, with intervals, a panel for each model of codes.

    Parameters
    ----------
    tables
        Model of codes, its likelihood; see `likelihood.likelihood_rows`.
    """
    shown: dict[str, Artist] = {}
    with figure_of(1, len(tables), cell_aspect=_aspect(len(tables))) as (figure, grid):
        for axes, (model, table) in zip(grid[0], tables.items(), strict=True):
            _draw_domains(axes, table[table["domain"] != EVERY])
            axes.set(title=plain(model), ylabel="nats a code (fewer is better)")
            handles, labels = axes.get_legend_handles_labels()
            shown |= dict(zip(labels, handles, strict=True))
        figure.legend(
            list(shown.values()), list(shown), loc="outside lower center", ncols=2, fontsize=7
        )
    return figure


def _draw_domains(axes: Axes, rows: pd.DataFrame) -> None:
    domains = list(dict.fromkeys(rows["domain"]))
    series = {
        (f"{trained_on}/{conditioning}", str(source)): part.set_index("domain")
        for (source, trained_on, conditioning), part in rows.groupby(
            ["source", "trained_on", "conditioning"], sort=False
        )
        # the baseline of other conditions on the same codes is the same
        if source == PIXELCNN or (source == INDEPENDENT and conditioning == "process")
    }
    shown: list[np.ndarray] = []
    for place, ((arm, source), part) in enumerate(series.items()):
        at = np.arange(len(domains)) + WIDTH * ((place + 0.5) / len(series) - 0.5)
        here = part.reindex(domains)
        values = here["nats_per_code"].to_numpy()
        ends = here[["low", "high"]].to_numpy().T
        bars = np.where(np.isfinite(ends), np.abs(ends - values), 0.0)
        who = PIXELCNN if source == PIXELCNN else f"{INDEPENDENT} codes"
        axes.errorbar(
            at,
            values,
            bars,
            fmt=MARKERS[source],
            color=COLOUR[arm],
            markersize=4,
            linewidth=0.9,
            label=f"{who} ({ARMS[arm]})",
        )
        shown += [values, values - bars[0], values + bars[1]]
    low, high = np.nanmin(shown[::3]), np.nanmax(shown[::3])
    # an interval of two micrographs may be many times as long as all differences
    margin = 0.6 * (high - low) + 1e-3
    ends = max(low - margin, np.nanmin(shown)), min(high + margin, np.nanmax(shown))
    space = 0.05 * (ends[1] - ends[0])
    axes.set_ylim(ends[0] - space, ends[1] + space)
    axes.set_xticks(range(len(domains)), [plain(name) for name in domains], fontsize=7)


def _aspect(panels: int) -> float:
    return {1: 0.5, 2: 0.75}.get(panels, 1.0)
