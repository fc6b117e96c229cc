"""Figure of the trainings of flows, on made-up histories."""

import matplotlib as mpl
import numpy as np
import pandas as pd

from pspflow.report.style import PAGE_INCHES
from pspflow.studies.temper.flows.figures import colours, training_figure

TRAININGS = ("none/seed0", "none/seed1", "exact/seed0", "exact/seed1")


def history(kind, epochs=6, alone=2):
    """Make a history in which the likelihood trains alone at first."""
    epoch = np.arange(epochs)
    later = np.where(epoch < alone, np.nan, 1.0 + epoch)
    table = pd.DataFrame({"epoch": epoch, "likelihood": -1.0 * epoch, "realism": later})
    if kind != "none":
        table["topological realism"] = later
    return table.assign(snr_db=10.0 - epoch, snr_gap_db=1.0 + epoch, kept=epoch == alone)


def panels(figure):
    return {axes.get_title() or axes.get_title("left"): axes for axes in figure.axes if axes.axison}


def test_every_loss_has_a_panel_with_the_trainings_that_have_it():
    """A training without topology is left out of its panel alone; NaN epochs draw nothing."""
    figure = training_figure({name: history(name.split("/")[0]) for name in TRAININGS})
    assert list(panels(figure)) == [
        "likelihood",
        "realism",
        "topological realism",
        "signal-to-noise ratio, dB",
        "its gap to real chips, dB",
    ]
    assert [len(axes.lines) for axes in panels(figure).values()] == [4, 4, 2, 8, 8]
    epochs, values = panels(figure)["realism"].lines[0].get_data()
    np.testing.assert_array_equal(epochs[np.isfinite(values)], [3, 4, 5, 6])


def test_the_epoch_kept_is_marked_where_it_is():
    """The mark sits on the kept epoch, counted from 1, at its value, in the training's colour."""
    axes = panels(training_figure({"exact/seed3": history("exact")}))["its gap to real chips, dB"]
    line, mark = axes.lines
    np.testing.assert_array_equal(np.ravel(mark.get_data()), [3, 3.0])
    assert mark.get_marker() == "o"
    assert line.get_color() == mark.get_color() == colours(["exact"])["exact"]


def test_a_colour_is_one_regularisation_and_a_style_one_seed():
    """Whichever were trained, a regularisation keeps its colour; more seeds than styles work."""
    assert colours(["exact"])["exact"] == colours(["none", "pinet", "exact"])["exact"]
    assert len(set(colours(["none", "pinet", "exact", "other"]).values())) == 4
    figure = training_figure({f"none/seed{i}": history("none", epochs=1) for i in range(6)})
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["none", "seed0, seed4", "seed1, seed5", "seed2", "seed3", "epoch kept"]
    assert panels(figure)["likelihood"].lines[0].get_marker() == "."


def test_odd_names_of_trainings_are_shown_as_they_are():
    """No name becomes a formula, and none that begins with an underscore is hidden."""
    figure = training_figure({"_$a$/seed0": history("none")})
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(mpl.text.Text) if text.get_visible()]
    drawn = [text._preprocess_math(text.get_text()) for text in texts]
    assert "\u200a_$a$" in [shown for shown, formula in drawn if not formula]


def test_the_figure_of_trainings_fits_the_page():
    """It is a page wide, and all that is drawn lies inside."""
    figure = training_figure({name: history(name.split("/")[0]) for name in TRAININGS})
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    assert figure.get_figwidth() == PAGE_INCHES
    assert min(box.x0, box.y0) > -0.02
    assert box.x1 < PAGE_INCHES + 0.02
    assert box.y1 < figure.get_figheight() + 0.02
