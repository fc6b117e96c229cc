"""Options of structures, solver and splits: what is refused, and what acts."""

import pytest

from pspflow.errors import InputError
from pspflow.options import validated
from pspflow.studies.composite.structures.options import (
    SimulatedOptions,
    SolverOptions,
    StructuresOptions,
    StructureSplitOptions,
)


@pytest.mark.parametrize(
    ("model", "values", "words"),
    [
        (SimulatedOptions, {"young_gpa": [120, 2.4]}, "soft phase first"),
        (SimulatedOptions, {"young_gpa": [5, 5]}, "a stiffer second"),
        (SimulatedOptions, {"volume_fraction_range": [0.7, 0.3]}, "lower one first"),
        (SimulatedOptions, {"sigmas_voxels": [1, 1.0]}, "listed twice"),
        (SimulatedOptions, {"pair_morphologies": [[7, 1, 1], [7, 1, 1]]}, "listed twice"),
        (StructuresOptions, {"source": "stack"}, "set stack.file and stack.phases"),
        (
            StructuresOptions,
            {"source": "stack", "stack": {"file": "a.npy"}},
            "so set stack.phases",
        ),
        (StructureSplitOptions, {"train": 0.7}, "sum to 1"),
        (StructureSplitOptions, {"train": 0.8, "test": 0}, "each above 0"),
        (SolverOptions, {"tolerance": 1e-9}, "greater than or equal"),
    ],
)
def test_what_cannot_work_is_refused(model, values, words):
    """Each contradiction is one sentence that names the remedy."""
    with pytest.raises(InputError, match=words) as raised:
        validated(model, values)
    assert "\n" not in str(raised.value)


def test_only_the_chosen_source_acts():
    """Options of the other source rerun nothing."""
    changed = StructuresOptions(stack={"file": "a.npy"})
    assert changed.chosen() == StructuresOptions()
    users = StructuresOptions(
        source="stack",
        stack={"file": "a.npy", "phases": "p.csv"},
        simulated={"edge_voxels": 21},
    )
    assert users.chosen().simulated == SimulatedOptions()
    assert users.chosen().stack == users.stack
    assert (users.sets, changed.sets) == (("all",), ("all", "pair"))
    assert (users.design_set, changed.design_set) == ("all", "pair")


def test_the_papers_numbers_hold_for_its_material_alone():
    """At any edge, but not for other moduli or a user's structures."""
    assert StructuresOptions(simulated={"edge_voxels": 21}).papers_material
    assert not StructuresOptions(simulated={"young_gpa": [2.4, 100]}).papers_material
    users = {"file": "a.npy", "phases": "p.csv"}
    assert not StructuresOptions(source="stack", stack=users).papers_material


def test_each_set_is_made_with_its_own_options():
    """What only the other set is made with reruns nothing; a set has its own morphologies."""
    options = SimulatedOptions(structures=64, pair_structures=20, edge_voxels=9)
    assert options.made("all").pair_structures == SimulatedOptions().pair_structures
    assert options.made("pair").structures == SimulatedOptions().structures
    assert options.made("all").edge_voxels == options.made("pair").edge_voxels == 9
    assert len(options.morphologies("all")) == 64
    assert options.morphologies("pair") == ((3, 1, 1), (1, 3, 3))


def test_shards_do_not_show_in_the_solution():
    """How many jobs share the work is no option of the result."""
    assert (
        SolverOptions(shards=7, element="full").solution == SolverOptions(element="full").solution
    )
