"""The elastic solver on composites of contrast 50, on 2 threads; muSpectre beside it if installed.

Prints JSON. Promises watched: at 51 x 51 x 51 voxels C11 within 0.5 s, six load cases within 4 s,
peak memory below 1 GB. The peer (`pip install muSpectre`) solves for strains with the same
rotated scheme as the `reduced` element, in double precision on one thread: what is compared with
it runs likewise, and its figures leave out the handing over of the structure.
"""

import importlib.util
import json
import resource
import time
from typing import Any

import numpy as np
import torch

from pspflow.mechanics import effective_stiffness
from pspflow.mechanics.cell import PeriodicCell
from pspflow.simulate import simulate_composite

THREADS = 2
EDGES = (11, 21, 31, 41, 51)
CONTRASTS = (2, 10, 50, 1e3, 1e6)
MORPHOLOGIES = ((1, 1, 1), (3, 3, 3), (7, 1, 1), (1, 7, 7))
REPEATS = 5
TOLERANCE = 1e-4
STIFF_GPA = 120.0
POISSON = (0.3, 0.3)
PEER_EDGES = (21, 51)
PEER = "muSpectre"


def structures(edge: int) -> list[np.ndarray]:
    """Simulate one structure of each morphology, half of it stiff."""
    return [
        simulate_composite(edge, sigma, 0.5, np.random.default_rng(k))
        for k, sigma in enumerate(MORPHOLOGIES)
    ]


def young(contrast: float) -> tuple[float, float]:
    return STIFF_GPA / contrast, STIFF_GPA


def measure(edge: int, contrast: float = 50, six: bool = False, **options: Any) -> dict[str, float]:
    """Time C11, and all six load cases, and count iterations: means over the morphologies."""
    seconds, all_seconds, iterations = [], [], []
    for phases in structures(edge):
        for load_cases, into in (((0,), seconds), (range(6), all_seconds))[: 1 + six]:
            arguments = {"load_cases": load_cases, "tolerance": TOLERANCE, **options}
            effective_stiffness(phases, young(contrast), POISSON, **arguments)
            best = []
            for _ in range(REPEATS if load_cases == (0,) else 1):
                started = time.perf_counter()
                effective_stiffness(phases, young(contrast), POISSON, **arguments)
                best.append(time.perf_counter() - started)
            into.append(float(np.median(best)))
        cell = PeriodicCell(
            phases.astype(np.int64), np.array(young(contrast)), np.array(POISSON), **options
        )
        iterations.append(cell.solve(np.eye(6)[0], TOLERANCE, 10_000).iterations)
    found = {
        "C11, s": float(np.mean(seconds)),
        "iterations": float(np.mean(iterations)),
        "ns per voxel and iteration": 1e9
        * float(np.sum(seconds) / np.sum(np.add(iterations, 2)))
        / edge**3,
    }
    return found | ({"six load cases, s": float(np.mean(all_seconds))} if six else {})


def measure_peer(edge: int) -> dict[str, float]:
    """Time one load case in muSpectre, and compare its C11 with ours."""
    seconds, iterations, errors = [], [], []
    for phases in structures(edge):
        cell, strain = peer_cell(phases)
        started = time.perf_counter()
        stress, count = peer_solve(cell, strain)
        seconds.append(time.perf_counter() - started)
        iterations.append(count)
        ours = effective_stiffness(
            phases, young(50), POISSON, element="reduced", precision="double", load_cases=(0,)
        )
        errors.append(abs(stress[0, 0] / strain[0, 0] / ours[0, 0] - 1))
    return {
        "C11, s": float(np.mean(seconds)),
        "iterations": float(np.mean(iterations)),
        "ns per voxel and iteration": 1e9 * float(np.sum(seconds) / np.sum(iterations)) / edge**3,
        "largest difference of C11": float(max(errors)),
    }


def peer_cell(phases: np.ndarray) -> tuple[Any, np.ndarray]:
    """Hand a structure over: derivatives along the axes, averaged over a voxel's four edges."""
    import muFFT  # noqa: PLC0415
    import muSpectre  # noqa: PLC0415

    derivatives = []
    for axis in range(3):
        weights = np.full((2, 2, 2), 0.25)
        np.moveaxis(weights, axis, 0)[0] *= -1
        derivatives.append(muFFT.DiscreteDerivative([0, 0, 0], weights))
    edges = list(phases.shape)
    small = muSpectre.Formulation.small_strain
    cell = muSpectre.Cell(edges, [float(n) for n in edges], small, derivatives)
    materials = [
        muSpectre.material.MaterialLinearElastic1_3d.make(cell, f"phase {k}", modulus, POISSON[k])
        for k, modulus in enumerate(young(50))
    ]
    for index, pixel in cell.pixels.enumerate():
        materials[phases[tuple(pixel)]].add_pixel(index)
    return cell, np.diag([1e-3, 0, 0])


def peer_solve(cell: Any, strain: np.ndarray) -> tuple[np.ndarray, int]:
    """Solve one load case; return the mean stress (3, 3) in GPa and the iterations."""
    from muSpectre import Verbosity, solvers  # noqa: PLC0415

    krylov = solvers.KrylovSolverCG(cell, TOLERANCE, 10_000, Verbosity.Silent)
    # One step of Newton is exact here; loose tolerances keep it from taking another.
    found = solvers.newton_cg(cell, strain, krylov, 1e-2, 1e-2, Verbosity.Silent)
    return found.stress.reshape(3, 3, -1, order="F").mean(axis=-1), found.nb_fev


def main() -> None:
    """Measure size, contrast, elements and precision, then the peer."""
    torch.set_num_threads(THREADS)
    cases = {f"bbar, {edge}³": measure(edge, six=edge in PEER_EDGES) for edge in EDGES}
    largest = f"bbar, {EDGES[-1]}³"
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cases[largest]["peak memory, MB"] = peak_mb
    for contrast in CONTRASTS:
        cases[f"bbar, 21³, contrast {contrast:g}"] = measure(21, contrast)
    for element in ("full", "reduced"):
        cases[f"{element}, 51³"] = measure(51, element=element)
    cases["bbar, 51³, double precision"] = measure(51, precision="double")
    ratios = {
        "51³ over 21³, time a voxel": cases[largest]["C11, s"]
        / cases["bbar, 21³"]["C11, s"]
        * (21 / 51) ** 3,
        "51³, six load cases over one": cases[largest]["six load cases, s"]
        / cases[largest]["C11, s"],
        "51³, full over bbar": cases["full, 51³"]["C11, s"] / cases[largest]["C11, s"],
        "51³, double over single precision": cases["bbar, 51³, double precision"]["C11, s"]
        / cases[largest]["C11, s"],
    }
    if importlib.util.find_spec(PEER):
        torch.set_num_threads(1)
        for edge in PEER_EDGES:
            case = f"reduced, {edge}³, double precision, one thread"
            cases[case] = measure(edge, element="reduced", precision="double")
            cases[f"{PEER}, {edge}³"] = measure_peer(edge)
            ratios[f"{PEER} over reduced, {edge}³, one thread"] = (
                cases[f"{PEER}, {edge}³"]["C11, s"] / cases[case]["C11, s"]
            )
    print(
        json.dumps(
            {
                "title": "Effective stiffness, seconds a structure, two threads",
                "cases": cases,
                "ratios": ratios,
                "note": "Means over four morphologies, half of each stiff, contrast 50, relative "
                f"residual {TOLERANCE:g}. {PEER} solves for strains with the scheme of `reduced`, "
                "in double precision on one thread, without the handing over of the structure.",
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
