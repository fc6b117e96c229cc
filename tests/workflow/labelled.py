"""Run first in every fork: a figure whose axes do not say what they show is not saved.

So every figure of the tests' runs is looked at, and no run of a user pays for it.
"""

import re
from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

from matplotlib.figure import Figure

NUMBER = re.compile(r"[-\u2212+]?[\d.,]+(?:e[-+]?\d+)?|\$\\mathdefault\{.*\}\$")
DIRECTIONS = "xy"


def unlabelled(figure: Figure) -> list[str]:
    """List the axes of numbers that nothing names, one sentence each.

    An axis is named by its label, by that of another in its row or column, by one of the whole
    figure, or, where the quantity is that of the title, by the title of its axes. Axes without
    numbers, such as those of pictures and of categories, need no name.
    """
    shown = [axes for axes in figure.axes if axes.axison and axes.get_visible()]
    bars = [axes for axes in shown if axes.get_label() == "<colorbar>"]
    found = [
        f"a colour bar with {text} has no label"
        for axes in bars
        for text in [_numbers(axes.xaxis) or _numbers(axes.yaxis)]
        if text and not (axes.get_xlabel() or axes.get_ylabel())
    ]
    plots = [axes for axes in shown if axes not in bars]
    return found + [text for axes in plots for text in _unnamed(figure, axes, plots)]


def _unnamed(figure: Figure, axes: Any, plots: list[Any]) -> Iterator[str]:
    for direction in DIRECTIONS:
        numbers = _numbers(getattr(axes, f"{direction}axis"))
        others = [other for other in plots if _along(other, direction) == _along(axes, direction)]
        names = [getattr(other, f"get_{direction}label")() for other in others]
        names.append(getattr(figure, f"get_sup{direction}label")())
        if direction == "y":
            names.append(axes.get_title())
        if numbers and not any(names):
            yield f"{direction} axis with {numbers} below {axes.get_title()!r} has no label"


def _along(axes: Any, direction: str) -> Any:
    """Return the columns of axes for x, the rows for y: those that share it share a label."""
    spec = axes.get_subplotspec()
    if spec is None:
        return id(axes)
    return (id(spec.get_gridspec()), spec.colspan if direction == "x" else spec.rowspan)


def _numbers(axis: Any) -> list[str]:
    texts = [label.get_text() for label in axis.get_ticklabels() if label.get_visible()]
    return [text for text in texts if NUMBER.fullmatch(text)]


def guard() -> None:
    """Let figures be saved only if their axes are named."""
    saved, known = Figure.savefig, WeakSet[Figure]()

    def save(self: Figure, *arguments: Any, **options: Any) -> None:
        # a figure is saved twice, and looked at once
        missing = [] if self in known else unlabelled(self)
        assert not missing, "; ".join(missing)
        known.add(self)
        saved(self, *arguments, **options)

    Figure.savefig = save  # type: ignore[method-assign]


if __name__ == "<run_path>":  # as runpy names what it runs
    guard()
