"""What the report says of inverse design follows the options."""

import pandas as pd
import pytest

from pspflow.studies.composite.options import CompositeOptions
from pspflow.studies.composite.page_inverse import annealing_section, learned_from

TABLES = {"structures": pd.DataFrame({"structure": range(40)})}


@pytest.mark.parametrize(
    ("simulated", "said", "papers"),
    [
        ({}, "from 180 structures of two morphologies, 3-1-1 and 1-3-3", True),
        ({"young_gpa": [2.4, 60.0]}, "of 15 voxels.", False),
        (
            {"edge_voxels": 51, "pair_morphologies": [[7, 1, 1], [1, 7, 7]]},
            "7-1-1 and 1-7-7 (widths of the smoothing along x, y and z), of 51 voxels.",
            False,
        ),
    ],
)
def test_the_set_of_inverse_design_is_named(simulated, said, papers):
    """The paper's set is named where ours is another one of the same material."""
    options = CompositeOptions.model_validate({"data": {"simulated": simulated}})
    text = learned_from(TABLES, options)
    assert said in text
    assert text.endswith("about 280 structures: its 16 % is for another set.") == papers


def test_of_ones_own_structures_all_are_learned_from():
    """There is no pair of morphologies."""
    own = {"source": "structures", "structures": {"stack": "a.npy", "phases": "p.csv"}}
    options = CompositeOptions.model_validate({"data": own})
    assert learned_from(TABLES, options) == "Inverse design learns from all 40 structures."


def test_a_search_says_how_little_it_cools():
    """Proposals at a temperature are two a latent dimension."""
    searches = pd.DataFrame(
        {
            "start": ["random", "inferred"],
            "number": 0,
            "instance": 0,
            "evaluations": [201, 11],
            "wanted_c11_gpa": 35.0,
            "start_c11_gpa": 70.0,
            "told_c11_gpa": 35.0,
            "error_percent": [40.0, 8.0],
        }
    )
    pictures = dict.fromkeys(("anneal_cubes", "anneal_errors"), b"")
    text = annealing_section({"searches": searches}, pictures, CompositeOptions()).text
    assert "200 proposals see the first 7 temperatures, 10 the first temperature alone." in text
