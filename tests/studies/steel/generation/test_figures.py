"""Sheets of chips and maps of codes: what lies where."""

import numpy as np
import pandas as pd

from pspflow.studies.steel.generation.figures import boxes_figure, coloured, sheets_figure
from pspflow.studies.steel.morphology.moments import Quantity


def test_maps_of_codes_are_as_large_as_their_chips():
    """Each code is a square of its colour."""
    colours = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    large = coloured(np.array([[[0, 1], [1, 1]]], np.uint16), colours, 16)
    assert large.shape == (1, 16, 16, 3)
    assert (large[0, :8, :8] == colours[0]).all()
    assert (large[0, 8:] == colours[1]).all()


def test_a_sheet_without_chips_stays_empty():
    """A row may lack a column."""
    one = np.zeros((2, 4, 4), np.uint8)
    figure = sheets_figure({"real": {"a": one, "b": one}, "made": {"b": one}}, 2)
    shown = [len(axes.images) for axes in figure.axes]
    assert shown == [1, 1, 0, 1]


def test_boxes_leave_out_what_was_not_measured():
    """One box for each kind with values, beside each other."""
    table = pd.DataFrame({"x": [1.0, 2.0, np.nan]})
    places = {"a": {"real": table, "vq": table}, "b": {"real": table, "vq": table.iloc[2:]}}
    figure = boxes_figure(places, ["real", "vq"], [Quantity("x", "x", "µm")], "domain")
    medians = [
        line.get_ydata()[0]
        for line in figure.axes[0].lines
        if line.get_color() == "black" and line.get_linewidth() == 1 and len(line.get_ydata())
    ]
    assert medians == [1.5, 1.5, 1.5]
