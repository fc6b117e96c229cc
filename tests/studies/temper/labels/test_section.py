"""What the report says of labels: every accuracy beside that of permuted labels."""

import pandas as pd

from pspflow.report.section import Figure
from pspflow.studies.temper.labels.figures import accuracy_figure
from pspflow.studies.temper.labels.options import LabelOptions
from pspflow.studies.temper.labels.section import labels_section

NAN = float("nan")


def accuracies():
    """Make a table: above chance, below it, two classes, few specimens, and none measured."""
    columns = ["domain", "features", "specimens", "chips", "classes", "balanced_accuracy"]
    columns += ["low", "high", "permuted_labels", "permuted_low", "permuted_high", "note"]
    rows = [
        ("t5", "persistence images", 48, 480, 3, 0.66, 0.6, 0.7, 0.33, 0.24, 0.42, ""),
        ("t5", "grey mean", 48, 480, 3, 0.45, 0.3, 0.5, 0.33, 0.24, 0.42, ""),
        ("t6", "persistence images", 48, 480, 2, 0.6, 0.55, 0.7, 0.5, 0.38, 0.62, ""),
        ("t6", "grey mean", 8, 80, 2, 0.7, NAN, NAN, 0.5, 0.2, 0.8, ""),
        ("raw", "grey mean", 3, 30, 0, NAN, NAN, NAN, NAN, NAN, NAN, "3 labelled specimens"),
    ]
    return pd.DataFrame(rows, columns=columns)


def section(table):
    """Write the section of a user's own data."""
    figure = Figure(name="accuracy", png=b"PNG", caption="accuracy")
    return labels_section(table, pd.DataFrame(), figure, LabelOptions(), [], simulated=False)


def test_chance_is_that_of_permuted_labels():
    """Both accuracies with their ranges, once for each features; what is not above is named."""
    grey, images = section(accuracies()).findings
    assert images == (
        "1 of 2 domains above chance; not above chance: t6: labels predicted from persistence "
        "images, balanced accuracy 60 % (55 to 70 %, 2 classes of t6) to 66 % (60 to 70 %, 3 "
        "classes of t5); that of permuted labels is 33 to 50 %, 95 % of them up to 62 %."
    )
    assert grey.startswith(
        "0 of 2 domains above chance; not above chance: t5; without an interval to exclude "
        "chance: t6: labels predicted from grey mean"
    )
    assert "70 % (2 classes of t6);" in grey


def test_nothing_says_a_third():
    """Neither sentences nor text."""
    made = section(accuracies())
    text = " ".join([*made.findings, *(part.text for part in made.parts)])
    assert "33 %" not in text
    assert "permuted labels is 33 to 50 %" in text
    assert "permuted between specimens" in text


def test_tables_of_earlier_runs_are_shown():
    """They have no permuted labels: their accuracies are drawn, and no claim is made."""
    old = accuracies().drop(columns=["classes", "permuted_labels", "permuted_low", "permuted_high"])
    assert section(old).findings == ()
    names = dict.fromkeys(old["domain"], "uts")
    (axes,) = accuracy_figure(old, names, simulated=False).axes
    assert len(axes.patches) == len(accuracies())


def test_the_figure_has_chance_beside_every_bar():
    """A diamond and its range, at the height of the permuted labels; no line across."""
    table = accuracies().dropna(subset="balanced_accuracy")
    (axes,) = accuracy_figure(table, {"t5": "uts", "t6": "uts"}, simulated=False).axes
    drawn = [line for line in axes.lines if line.get_marker() == "D"]
    heights = sorted(height for line in drawn for height in line.get_ydata())
    assert heights == sorted(table["permuted_labels"])
    assert not any(
        len(set(line.get_ydata())) == 1 and line.get_linestyle() == "--" for line in axes.lines
    )
