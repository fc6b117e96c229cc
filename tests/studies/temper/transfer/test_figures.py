"""Figures of the transfer, on made-up tables and chips."""

from itertools import permutations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from pspflow.report.style import PAGE_INCHES, figure_of, show_grey
from pspflow.studies.temper.flows.figures import colours
from pspflow.studies.temper.transfer.examples import spread
from pspflow.studies.temper.transfer.figures import (
    Transfer,
    chips_figure,
    grey_window,
    samples_figure,
)
from pspflow.studies.temper.transfer.plausibility import RULERS, SOURCE
from pspflow.studies.temper.transfer.plausibility_chart import plausibility_figure
from pspflow.studies.temper.transfer.preservation import REAL, UNTRANSFERRED
from pspflow.studies.temper.transfer.preservation_chart import preservation_figure

TWO, THREE = ("as_extruded", "t6"), ("as_$1$", "t5_x", "_t6$")
TRAININGS = ("none/seed0", "none/seed1", "exact/seed0", "exact/seed1")
GREY_LEVELS = "grey level, common to all chips"


def chips(count, seed=0, low=90, high=110):
    return np.random.default_rng(seed).integers(low, high, (count, 8, 8), dtype=np.uint8)


def distances(domains, resolved=True, kid=True):
    """Make a table of distances: a measure that is positive, and one that is not."""
    rows = []
    for measure in ["grey histogram", *(["KID"] if kid else [])]:
        for way in permutations(domains, 2):
            for i, flow in enumerate((*RULERS, *TRAININGS)):
                value = [90.0, -0.01 if measure == "KID" else 0.1, 2.0, 3.0, 4.0, 5.0, 6.0][i]
                limits = (value - 0.05, value + 1) if resolved else (np.nan, np.nan)
                rows.append((flow, *way, measure, "grey level^2", value, *limits))
    columns = ["flow", "source", "target", "measure", "unit", "value", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def accuracies(domains, unlabelled=(), untrained=(), resolved=True):
    """Make a table of accuracies, as the stage writes it."""
    rows = []
    for target in domains:
        others = [name for name in domains if name != target]
        if target in unlabelled:
            note = f"{target} has no label"
            rows += [{"target": target, "source": a, "note": note} for a in others]
            continue
        tested = [(REAL, target), *[(f, a) for a in others for f in (UNTRANSFERRED, *TRAININGS)]]
        for kind in ("chips", "persistence images"):
            for i, (flow, source) in enumerate(tested):
                row = {"target": target, "label": "u$ts_$", "features": kind, "flow": flow}
                row |= {"source": source, "note": "too few specimens" * (target in untrained)}
                if target not in untrained:
                    row |= {"balanced_accuracy": 0.5 + i / 100, "permuted_labels": 0.3}
                    row |= {"permuted_low": 0.22, "permuted_high": 0.41}
                    row |= {"low": 0.4, "high": 0.6} if resolved else {}
                rows.append(row)
    columns = ["target", "label", "features", "flow", "source", "note"]
    columns += ["balanced_accuracy", "low", "high"]
    columns += ["permuted_labels", "permuted_low", "permuted_high"]
    table = pd.DataFrame(rows, columns=columns)
    return table.fillna({"label": "", "features": "", "flow": ""})


def panels(figure):
    return {axes.get_title() or axes.get_title("left"): axes for axes in figure.axes if axes.axison}


def drawn_texts(figure):
    """Return every text as it is drawn, without formulas and hidden ones."""
    figure.draw_without_rendering()
    found = []
    for text in figure.findobj(mpl.text.Text):
        shown, formula = text._preprocess_math(text.get_text())
        if text.get_visible() and not formula:
            found.append(shown)
    return found


def solid(axes, colour):
    """Count the bars of a colour."""
    bars = [patch for patch in axes.patches if to_hex(patch.get_facecolor()) == to_hex(colour)]
    return [bar for bar in bars if bar.get_height() > 0]


@pytest.mark.parametrize("domains", [TWO, THREE])
def test_each_direction_has_a_row_of_sources_transfers_and_targets(domains):
    """Images stand in the order of their titles, at one window, with one scale bar."""
    made = {"none": chips(1, 1)[0], "exact": chips(1, 2)[0]}
    shown = Transfer(chips(1, 0)[0], made, chips(1, 3)[0])
    ways = list(permutations(domains, 2))
    figure = chips_figure({way: [shown, shown] for way in ways}, 0.1)
    axes = [each for each in figure.axes if each.images]
    assert len(axes) == 8 * len(ways)
    for each, image in zip(axes, [shown.source, *made.values(), shown.real] * 2, strict=False):
        np.testing.assert_array_equal(each.images[0].get_array(), image)
    titles = ["source", "none", "exact", "real target"]
    assert [each.get_title() for each in axes[:8]] == titles * 2
    assert len({each.images[0].get_clim() for each in axes}) == 1
    assert [len(each.lines) for each in axes] == [2] + [0] * (len(axes) - 1)
    assert any(each.get_xlabel() == GREY_LEVELS for each in figure.axes)
    assert f"{ways[0][0]}\n→ {ways[0][1]}" in [text.strip("\u200a") for text in drawn_texts(figure)]


def test_faint_chips_are_shown_over_their_own_levels():
    """The window holds all but the extreme pixels, and is never empty; the default stays 0..255."""
    low, high = grey_window([chips(4)])
    assert 90 <= low < 92
    assert 107 < high <= 109
    assert grey_window([np.full((8, 8), 7, np.uint8)]) == (7, 8)
    with figure_of(1, 2, 1.0, [1, 0.5]) as (figure, grid):
        show_grey(grid[0, 0], chips(1)[0])
        show_grey(grid[0, 1], chips(1)[0], vmin=3, vmax=9)
    assert [axes.images[0].get_clim() for axes in grid[0]] == [(0, 255), (3, 9)]
    assert figure.get_figwidth() == PAGE_INCHES
    assert figure.get_figheight() == pytest.approx(PAGE_INCHES / 1.5)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_samples_stand_below_real_chips_of_their_domain(count):
    """The first row is real, then one row per training; each domain is named once."""
    real = {name: chips(count, i) for i, name in enumerate(THREE)}
    made = {name: {d: chips(count, 9) for d in THREE} for name in TRAININGS}
    figure = samples_figure(made, real, np.nan)
    axes = [each for each in figure.axes if each.images]
    assert len(axes) == 5 * 3 * count
    np.testing.assert_array_equal(axes[count].images[0].get_array(), real[THREE[1]][0])
    labels = [each.get_ylabel() for each in axes if each.get_ylabel()]
    assert labels == ["real", *[name.replace("/", "\n") for name in TRAININGS]]
    assert [text.strip("\u200a") for text in drawn_texts(figure) if text.strip("\u200a") in THREE]


@pytest.mark.parametrize("domains", [TWO, THREE])
def test_every_measure_shows_flows_and_rulers(domains):
    """A marker is the mean over seeds, dots are the seeds, ticks the rulers, bars mean limits."""
    table = distances(domains)
    ways = list(permutations(domains, 2))
    figure = plausibility_figure(table, ["none", "exact"])
    axes = panels(figure)["grey histogram, grey level²"]
    means, dots = axes.lines[:2]
    np.testing.assert_allclose(means.get_ydata(), [3.5] * len(ways))
    np.testing.assert_allclose(np.unique(dots.get_ydata()), [3, 4])
    source = axes.collections[0].get_segments()
    assert [segment[0][1] for segment in source] == [90] * len(ways)
    bars = axes.collections[len(RULERS)].get_segments()
    np.testing.assert_allclose(bars[0][:, 1], [3.45, 4.5])
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(legend) == sorted(["none", "exact", *RULERS])


def test_many_kinds_are_told_apart_and_all_are_named():
    """No two have one colour and one marker, and the legend is as wide as the page."""
    kinds = ["none", "exact", *(f"a_variant_{number}" for number in range(12))]
    table = distances(THREE)
    own = [table[table["flow"].str.startswith("none/")]]
    own = [own[0].assign(flow=own[0]["flow"].str.replace("none", kind)) for kind in kinds]
    rulers = table[table["flow"].isin(RULERS)]
    figure = plausibility_figure(pd.concat([*own, rulers], ignore_index=True), kinds)
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
    assert 0 <= box.y0 < box.y1 < figure.axes[-1].get_window_extent().y0
    handles = figure.legends[0].legend_handles[: len(kinds)]
    looks = {(handle.get_color(), handle.get_marker()) for handle in handles}
    assert len(looks) == len(kinds)


def test_scales_fit_what_they_show():
    """Positive distances of a wide range are logarithmic, and those below 0 are not cut off."""
    shown = panels(plausibility_figure(distances(TWO), ["none", "exact"]))
    positive, negative = shown.values()
    assert positive.get_yscale() == "log"
    assert negative.get_yscale() == "symlog"
    for axes, least, most in ((positive, 0.1, 90), (negative, -0.01, 90)):
        low, high = axes.get_ylim()
        assert low <= least
        assert high >= most
    narrow = distances(TWO, resolved=False, kid=False)
    narrow = narrow[narrow["flow"].isin(TRAININGS)]
    (axes,) = panels(plausibility_figure(narrow, ["none", "exact"])).values()
    assert axes.get_yscale() == "linear"


@pytest.mark.parametrize(
    ("least", "most"), [(-0.01, 90), (-0.9, 0.9), (-90, 0.02), (-0.002, 0.9), (0, 9000)]
)
def test_a_symmetrical_scale_says_so_and_has_ticks(least, most):
    """Where a scale is linear near 0 and logarithmic beyond, the axis says it and can be read."""
    table = distances(TWO, resolved=False)
    kid = (table["measure"] == "KID").to_numpy()
    spread = np.full(kid.sum(), 0.02 * max(most, -least))
    spread[:2] = least, most
    table.loc[kid, "value"] = spread
    *_, axes = panels(plausibility_figure(table, ["none", "exact"])).values()
    assert axes.get_yscale() == "symlog"
    linear = axes.yaxis.get_transform().linthresh
    assert f"linear to ±{linear:g}" in axes.get_ylabel()
    assert "logarithmic" in axes.get_ylabel()
    low, high = axes.get_ylim()
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    assert 4 <= len(ticks) <= 11
    assert 0 in ticks
    for end in (each for each in (least, most) if abs(each) > linear):
        assert any(0.1 <= tick / end <= 1 for tick in ticks)


def test_without_intervals_only_bars_are_missing():
    """Of too few specimens limits are NaN, and values are shown all the same."""
    table = distances(TWO, resolved=False, kid=False)
    figure = plausibility_figure(table[table["flow"] != "none/seed1"], ["none", "exact"])
    (axes,) = panels(figure).values()
    assert not any(each.size for each in axes.collections[len(RULERS)].get_segments())
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 3)
    single, several = (
        [line for line in axes.lines if to_hex(line.get_color()) == to_hex(colour)]
        for colour in colours(["none", "exact"]).values()
    )
    assert (len(single), len(several)) == (1, 2), "a single seed has no dots beside its marker"


def test_many_directions_get_the_width_of_the_page():
    """Panels stand one below the other, and directions are named once, aslant."""
    domains = ("as_extruded", "t4", "t5", "t6", "t7")
    figure = plausibility_figure(distances(domains), ["none", "exact"])
    first, last = panels(figure).values()
    assert first.get_position().x0 == last.get_position().x0
    assert not any(text.get_text() for text in first.get_xticklabels())
    assert last.get_xticklabels()[0].get_text() == "as_extruded → t4"
    assert last.get_xticklabels()[0].get_rotation() > 0


@pytest.mark.parametrize("domains", [TWO, THREE])
def test_every_direction_has_a_bar_for_each_regularisation(domains):
    """Real chips of a target come first; bars are means over seeds; controls are drawn."""
    figure = preservation_figure(accuracies(domains))
    shown = panels(figure)
    assert list(shown) == ["chips", "persistence images"]
    ways = len(list(permutations(domains, 2)))
    for axes in shown.values():
        assert len(solid(axes, "0.75")) == len(domains)
        bars = solid(axes, colours(["none"])["none"])
        assert len(bars) == ways
        assert bars[0].get_height() == pytest.approx(0.525)
        ticks = axes.collections[-1].get_segments()
        assert ticks[0][0][1] == pytest.approx(0.51)
        assert axes.get_ylim() == (0, 1)
        controls = [line for line in axes.lines if line.get_marker() == "D"]
        heights = np.concatenate([line.get_ydata() for line in controls])
        assert len(heights) == len(domains) + 2 * ways
        np.testing.assert_allclose(heights, 0.3)
        ends = [each.get_segments() for each in axes.collections]
        spans = [np.asarray(each)[:, :, 1] for each in ends if len(each)]
        assert any(np.allclose(each, [0.22, 0.41]) for each in spans)
        assert not any(np.allclose(line.get_ydata(), 1 / 3) for line in axes.lines), "chance is 1/k"
        diamonds = [line for line in axes.lines if line.get_marker() == "D"]
        assert sum(len(line.get_ydata()) for line in diamonds) == len(domains) + 2 * ways
    names = [text.get_text() for text in shown["persistence images"].get_xticklabels()]
    assert names[0].replace("\n", " ") == "real chips"


def test_missing_bars_have_a_reason():
    """Directions without a label, or with an untrainable one, are named and have no bars."""
    table = accuracies(("a", "b", "c"), unlabelled=["b"], untrained=["c"], resolved=False)
    figure = preservation_figure(table)
    for axes in panels(figure).values():
        said = [text.get_text() for text in axes.texts if "absent" in text.get_text()]
        assert said == ["absent: no label", "absent: too few specimens"]
        assert len(solid(axes, colours(["exact"])["exact"])) == 2
        assert len(axes.get_xticks()) == 3 + 2 + 3


def test_odd_names_are_shown_as_they_are():
    """No name becomes a formula, and none that begins with an underscore is hidden."""
    figures = [
        plausibility_figure(distances(THREE), ["none"]),
        preservation_figure(accuracies(THREE)),
    ]
    directions, labels = (" ".join(drawn_texts(figure)).replace("\n", " ") for figure in figures)
    assert "as_$1$ → t5_x" in directions
    assert "t5_x → \u200a_t6$" in directions or "t5_x → _t6$" in directions
    assert "as_$1$ (u$ts_$)" in labels


def test_nothing_is_clipped_at_the_page():
    """Every figure is a page wide, and all that is drawn lies inside."""
    shown = Transfer(chips(1)[0], {"none": chips(1)[0]}, chips(1)[0])
    figures = [
        chips_figure({way: [shown, shown] for way in permutations(THREE, 2)}, 0.1),
        samples_figure(
            {n: {d: chips(2) for d in THREE} for n in TRAININGS},
            dict.fromkeys(THREE, chips(2)),
            0.1,
        ),
        plausibility_figure(distances(("as_extruded", "t5", "t6")), ["none", "exact"]),
        preservation_figure(accuracies(("as_extruded", "t5", "t6"), unlabelled=["t5"])),
    ]
    for figure in figures:
        figure.draw_without_rendering()
        box = figure.get_tightbbox()
        assert figure.get_figwidth() == PAGE_INCHES
        assert min(box.x0, box.y0) > -0.02
        assert box.x1 < PAGE_INCHES + 0.02
        assert box.y1 < figure.get_figheight() + 0.02


def test_sources_are_spread_over_specimens_and_the_same_for_all():
    """Chips come from low and high labels, of other specimens while there are some."""
    sources = pd.DataFrame({"specimen": np.repeat(["b", "a", "c", "d"], 5)})
    sources["micrograph"] = sources["specimen"]
    values = {"a": 4.0, "b": 1.0, "c": 2.0, "d": 3.0}
    catalogue = pd.DataFrame({"micrograph": list(values), "label_value": list(values.values())})
    chosen = spread(sources, catalogue, 2)
    np.testing.assert_array_equal(chosen, spread(sources, catalogue, 2))
    assert list(sources["specimen"].iloc[chosen]) == ["c", "a"]
    assert len(set(spread(sources.iloc[:5], catalogue, 3))) == 3
    unlabelled = catalogue.assign(label_value=np.nan)
    assert list(sources["specimen"].iloc[spread(sources, unlabelled, 2)]) == ["b", "d"]


def test_the_untransferred_source_is_the_same_ruler_in_both_charts():
    """Readers compare the charts: the sources have one name."""
    assert SOURCE == UNTRANSFERRED


def test_titles_of_narrow_chips_do_not_run_into_each_other():
    """Where a name is wider than its chip, all stand aslant, within the page."""
    names = ["none", "one_temper", "papers_flow", "limited", "pinet", "exact", "gan"]
    made = {name: chips(1)[0] for name in names}
    shown = [Transfer(chips(1)[0], made, chips(1)[0]) for _ in range(2)]
    figure = chips_figure({("t5", "t6"): shown, ("t6", "t5"): shown}, np.nan)
    figure.draw_without_rendering()
    titles = [axes.title for axes in figure.axes if axes.get_title()]
    assert len(titles) == 2 * (len(names) + 2)
    assert {title.get_rotation() for title in titles} == {40}
    box = figure.get_tightbbox()
    assert box.x1 < PAGE_INCHES + 0.1
    few = chips_figure(
        {("t5", "t6"): [Transfer(chips(1)[0], {"none": chips(1)[0]}, chips(1)[0])]}, np.nan
    )
    assert {axes.title.get_rotation() for axes in few.axes if axes.get_title()} == {0}
