"""What guards the figures of the tests' runs finds what it should."""

import pytest
from matplotlib.figure import Figure

from . import labelled
from .labelled import unlabelled


def test_axes_of_numbers_need_a_name():
    """Each way of naming one counts; none is a fault of its own."""
    figure = Figure(layout="constrained")
    (left, right), (low, other) = figure.subplots(2, 2)
    for axes in (left, right, low, other):
        axes.plot([0, 1], [2, 3])
    assert len(unlabelled(figure)) == 8
    low.set_xlabel("time (s)")
    other.set_xlabel("time (s)")
    assert len(unlabelled(figure)) == 4
    left.set_ylabel("stress (MPa)")
    assert len(unlabelled(figure)) == 2
    other.set_title("strain (%)")
    assert len(unlabelled(figure)) == 1
    figure.supylabel("energy (J)")
    assert unlabelled(figure) == []


def test_pictures_and_categories_need_none():
    """A colour bar does, once."""
    figure = Figure()
    left, right = figure.subplots(1, 2)
    shown = left.imshow([[0, 1]])
    left.set_xticks([])
    left.set_yticks([])
    right.bar(["one", "two"], [1, 2])
    right.set_ylabel("chips")
    bar = figure.colorbar(shown, ax=left)
    (text,) = unlabelled(figure)
    assert text.startswith("a colour bar with ['0.0'")
    bar.set_label("grey level")
    assert unlabelled(figure) == []


def test_it_refuses_to_save(monkeypatch, tmp_path):
    """A job of a test's run then fails, and the run with it."""
    monkeypatch.setattr(Figure, "savefig", Figure.savefig)
    labelled.guard()
    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1], [2, 3])
    with pytest.raises(AssertionError, match="x axis with"):
        figure.savefig(tmp_path / "a.png")
    axes.set(xlabel="time (s)", ylabel="stress (MPa)")
    figure.savefig(tmp_path / "a.png")
    assert (tmp_path / "a.png").exists()
