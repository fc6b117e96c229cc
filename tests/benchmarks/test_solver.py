"""The part of the benchmark about the elastic solver."""

import time

import numpy as np
import torch
from gpu_parts import solver
from gpu_parts.frame import Case, Check, Run

from pspflow.mechanics import effective_stiffness
from pspflow.studies.composite.structures.properties import NORMAL


def test_every_line_is_measured_when_the_time_is_up():
    """Each loop does its least, and every check is kept."""
    run = Run(torch.device("cpu"), True, time.perf_counter())
    found = list(solver.measure(run))
    assert all(each.value <= each.limit for each in found if isinstance(each, Check))
    assert sum(isinstance(each, Check) for each in found) == 2
    assert all(
        np.isfinite(list(each.values.values())).all() for each in found if type(each) is Case
    )


def test_labels_are_those_of_the_structures(monkeypatch):
    """Columns are those of NORMAL; what is labelled once is not labelled again."""
    monkeypatch.setattr(solver, "_LABELLED", {})
    run = Run(torch.device("cpu"), True, time.perf_counter() + 60)
    phases, stiffness = solver.labelled_structures(run, 20)
    assert (len(phases), stiffness.shape) == (20, (20, 6))
    whole = effective_stiffness(phases[7].numpy(), (2.4, 120), (0.3, 0.3))
    expected = [whole[int(name[1]) - 1, int(name[2]) - 1] for name in NORMAL]
    np.testing.assert_allclose(stiffness[7], expected, rtol=1e-6)
    monkeypatch.setattr(solver, "solutions", None)
    again, same = solver.labelled_structures(run, 20)
    assert torch.equal(again, phases)
    assert torch.equal(same, stiffness)
