"""Figures of inverse design and of searches."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import open_store, read_values
from pspflow.studies.composite.inverse.figures import (
    candidates_figure,
    error_figure,
    real_rows,
    shown_priors,
)
from pspflow.studies.composite.inverse.latent_search_figures import best_random, searches_figure
from pspflow.studies.composite.structures.properties import NORMAL

EDGE = 9
KINDS = ("1-3-3", "3-1-1")


@pytest.fixture(scope="module")
def real(pair_set):
    """Return structures of two morphologies, by position."""
    return dict(enumerate(read_values(open_store(pair_set / "structures.zarr"), "phase")))


def captions(figure):
    """Return what stands under the cubes of a figure."""
    return [axes.get_xlabel() for axes in figure.axes if axes.get_images()]


def test_cubes_are_those_of_the_candidates(real, candidate_table, reference_table):
    """One row per shown model, prior and component, one column per target; with captions."""
    rows = candidate_table()
    ids = np.zeros((len(rows), EDGE, EDGE, EDGE), np.uint8)
    figure = candidates_figure(rows, ids, reference_table(), real)
    under = captions(figure)
    assert len(under) == 3 * (2 + 1 + 2)
    assert under[6:9] == ["22.0 GPa\n$v$ = 0.40", "32.0 GPa\n$v$ = 0.40", "42.0 GPa\n$v$ = 0.40"]
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == ["20 GPa", "30 GPa", "beyond data\n40 GPa"]


def test_captions_of_vectors_say_the_error(real, candidate_table, reference_table):
    """Six numbers would not fit under a cube."""
    rows, known = candidate_table(NORMAL, 1), reference_table(KINDS[:1], 1)
    ids = np.zeros((len(rows), EDGE, EDGE, EDGE), np.uint8)
    under = captions(candidates_figure(rows, ids, known, real))
    assert under[1] == "error 8 %\n$v$ = 0.40"
    assert all(caption.startswith("$v$") for caption in under[:1])


def test_the_papers_priors_and_ours_are_shown_if_there_are_any(candidate_table):
    """If there are other networks only, all of them are shown."""
    assert shown_priors(candidate_table()) == [("gaussian", "joint"), ("mixture", "joint")]
    other = pd.DataFrame({"model": ["gaussian_statistics"], "prior": ["joint"]})
    assert shown_priors(other) == [("gaussian_statistics", "joint")]


@pytest.mark.parametrize(("kinds", "rows"), [(KINDS, 2), (("a", "b", "c"), 1), (("",), 1)])
def test_real_structures_have_few_rows(real, reference_table, kinds, rows):
    """Two morphologies have a row each; of more, the nearest structure is shown."""
    wanted = pd.Series([21.0, 31.0, 41.0])
    found = real_rows(reference_table(kinds), real, wanted)
    assert len(found) == rows
    assert found[0][1][1].caption.startswith("31.0 GPa")


def test_the_papers_error_is_shown_for_its_material_alone(candidate_table):
    """The dashed line is drawn only if the paper's error is given."""
    for percent, count in ((16.0, 1), (None, 0)):
        figure = error_figure(candidate_table(), percent)
        dashed = [line for line in figure.axes[0].get_lines() if line.get_linestyle() == "--"]
        assert len(dashed) == count


def test_the_best_search_is_chosen_without_the_solver(real, search_table, reference_table):
    """The best by the objective may be worse when solved: searches know the objective only."""
    searches = search_table()
    assert list(best_random(searches)["number"]) == [1, 1]
    found = np.stack([real[place] for place in range(6)])
    figure = searches_figure(searches, found, reference_table(count=2), real)
    assert sum(caption.startswith("39.0 GPa") for caption in captions(figure)) == 1
