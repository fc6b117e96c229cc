"""The elastic solver on composites of contrast 50, on 2 threads; muGrid beside it if installed.

Prints JSON. Promises watched: at 51 x 51 x 51 voxels C11 within 0.5 s, six load cases within 4 s,
peak memory below 1 GB. The peer (`pip install muGrid`) runs the same algorithm on the `full`
element in C++, on one thread: it is compared with ours in single precision on one thread.
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
PEER = "muGrid"


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
    """Time one load case in muGrid, and compare its C11 with ours."""
    seconds, iterations, differences = [], [], []
    for phases in structures(edge):
        best = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            c11, count = solve_with_peer(phases)
            best.append(time.perf_counter() - started)
        seconds.append(float(np.median(best)))
        iterations.append(count)
        ours = effective_stiffness(
            phases, young(50), POISSON, element="full", load_cases=(0,), tolerance=1e-5
        )
        differences.append(abs(c11 / ours[0, 0] - 1))
    return {
        "C11, s": float(np.mean(seconds)),
        "iterations": float(np.mean(iterations)),
        "ns per voxel and iteration": 1e9 * float(np.sum(seconds) / np.sum(iterations)) / edge**3,
        "difference of C11": float(max(differences)),
    }


def solve_with_peer(phases: np.ndarray) -> tuple[float, int]:
    """Return C11 in GPa and how often the stiffness was applied."""
    import muGrid  # noqa: PLC0415
    from muGrid.Preconditioners import make_reference_stiffness_preconditioner  # noqa: PLC0415
    from muGrid.Solvers import conjugate_gradients  # noqa: PLC0415

    modulus, nu = np.array(young(50)), np.array(POISSON)
    lame, shear = modulus * nu / (1 + nu) / (1 - 2 * nu), modulus / 2 / (1 + nu)
    spacing = [1.0, 1.0, 1.0]
    stiffness = muGrid.IsotropicStiffnessOperator(3, spacing)
    engine = muGrid.FFTEngine(list(phases.shape), ghosts=stiffness)

    def field(name: str, components: tuple[int, ...] = ()) -> Any:
        return engine.real_space_field(name, components=components, dtype=np.dtype(np.float32))

    moduli = field("lambda"), field("mu")
    for values, into in zip((lame, shear), moduli, strict=True):
        into.p[...] = values[phases]
        engine.communicate_ghosts(into)
    displacement, load = field("displacement", (3,)), field("load", (3,))
    count = 0

    def apply(source: Any, target: Any) -> None:
        nonlocal count
        count += 1
        engine.communicate_ghosts(source)
        stiffness.apply(source, *moduli, target)

    inverse = make_reference_stiffness_preconditioner(
        engine,
        element=muGrid.FEMElement.q1,
        grid_spacing=spacing,
        lambda_ref=float(lame.mean()),
        mu_ref=float(shear.mean()),
        dtype=np.dtype(np.float32),
    )
    macro = [1.0] + 8 * [0.0]
    stiffness.apply_macro_rhs(*moduli, macro, load)
    load.p[...] *= -1
    displacement.p[...] = 0
    conjugate_gradients(
        engine.communicator,
        engine.real_space_collection,
        load,
        displacement,
        apply,
        prec=inverse,
        rtol=TOLERANCE,
    )
    engine.communicate_ghosts(displacement)
    return stiffness.average_stress(displacement, *moduli, macro)[0] / phases.size, count


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
            ours, peer = f"full, {edge}³, one thread", f"{PEER}, {edge}³, one thread"
            cases |= {ours: measure(edge, element="full"), peer: measure_peer(edge)}
            ratios[f"{PEER} over ours, {edge}³"] = cases[peer]["C11, s"] / cases[ours]["C11, s"]
    print(
        json.dumps(
            {
                "title": "Effective stiffness, seconds a structure, two threads",
                "cases": cases,
                "ratios": ratios,
                "note": "Means over four morphologies, half of each stiff, contrast 50, relative "
                f"residual {TOLERANCE:g}. {PEER} 1.6 has the same algorithm and element as `full`, "
                "compiled; its residual is of the plain forces, ours of the preconditioned ones.",
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
