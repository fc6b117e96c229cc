"""The stage that decodes what it has encoded, and compares the two."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure

from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.pages import save_figure
from pspflow.io.tables import read_table, write_table
from pspflow.options import Names, Paths
from pspflow.report.cubes import Cube, cubes_figure
from pspflow.studies.composite.candidates import (
    cut,
    material_of,
    noise_source,
    solve_candidates,
)
from pspflow.studies.composite.data_options import SolutionOptions
from pspflow.studies.composite.inverse_figures import plain, said, spread, wrapped
from pspflow.studies.composite.inverse_show import read_positions
from pspflow.studies.composite.inverse_targets import held_out
from pspflow.studies.composite.networks import Network, load_network
from pspflow.studies.composite.properties import NORMAL

SHOWN: Final = 6
"""Structures that are decoded."""
OBSERVED: Final = "observed"
"""Stands in the place of a model for the structures themselves."""


def reconstructions(
    *,
    models: Names,
    weights: Paths,
    structures: Path,
    table: Path,
    phases: Path,
    stiffness: Path,
    splits: Path,
    reconstructed: Path,
    figure: Path,
    solver: SolutionOptions = SolutionOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Decode test structures of several morphologies from their latents, and solve what results.

    Composite paper, Figure 6.

    Parameters
    ----------
    models
        Names of the networks.
    weights
        Their weights, in the same order.
    structures
        Zarr store of the structures.
    table
        Table of the structures.
    phases
        Table of the moduli.
    stiffness
        Table of the solved stiffnesses.
    splits
        Table of the splits; the structures are test structures of the first run.
    reconstructed
        Parquet table to write: volume fraction and stiffness, a row a structure and model.
    figure
        PNG to write: structures and what is made of them.
    solver
        Element and tolerance.
    seed
        Seed of the noise that some networks shape.
    threads
        Threads of torch, and structures that are solved at once.
    """
    torch.set_num_threads(threads)
    tests = several(held_out(table, stiffness, splits))
    known = read_positions(structures, tests["position"])
    observed = np.stack([known[place] for place in tests["position"]])
    made = {OBSERVED: observed}
    for model, path in zip(models, weights, strict=True):
        made[model] = reconstruct(load_network(path)[0], observed, seed)
    rows = pd.DataFrame(
        {
            "structure": np.tile(tests["structure"], len(made)),
            "morphology": np.tile(tests["morphology"], len(made)),
            "model": np.repeat(list(made), len(tests)),
            "volume_fraction": np.concatenate(
                [each.mean(axis=(1, 2, 3)) for each in made.values()]
            ),
        }
    )
    new = np.concatenate([made[model] for model in models])
    solved = solve_candidates(new, material_of(read_table(phases)), solver, threads)
    rows[list(NORMAL)] = np.concatenate([tests[list(NORMAL)].to_numpy(), solved])
    inputs: Inputs = {
        "weights": weights,
        "structures": structures,
        "table": table,
        "phases": phases,
        "stiffness": stiffness,
        "splits": splits,
    }
    origin = Provenance.of("composite reconstructions", inputs, solver, seed)
    write_table(reconstructed, rows, origin)
    save_figure(figure, reconstruction_figure(rows, np.concatenate(list(made.values()))), origin)


def several(tests: pd.DataFrame) -> pd.DataFrame:
    """Choose structures of as many morphologies as are shown, or of the few that there are.

    Parameters
    ----------
    tests
        As from `inverse_targets.held_out`.
    """
    turn = tests.groupby("morphology").cumcount()
    order = tests.assign(turn=turn).sort_values(["turn", "morphology"], kind="stable")
    kinds = order["morphology"].nunique()
    # of many morphologies, evenly spread over their order
    return order.iloc[spread(range(max(kinds, min(SHOWN, len(order)))), SHOWN)]


def reconstruct(network: Network, phases: np.ndarray, seed: int) -> np.ndarray:
    """Decode the posterior means of structures ``(n, edge, edge, edge)``, cut to phase ids."""
    means, _ = network.encode(phases)
    noise = noise_source(network, seed, "noise of a reconstruction")
    return cut(network.decode(torch.from_numpy(means).to(network.device), noise))


def reconstruction_figure(rows: pd.DataFrame, phases: np.ndarray) -> Figure:
    """Show structures, a column each, over what every model makes of them.

    Parameters
    ----------
    rows
        Columns structure, morphology, model, volume_fraction, c11_gpa; models one after another.
    phases
        Phase ids in the same order, ``(rows, n, n, n)``.
    """
    lines: list[tuple[str, list[Cube | None]]] = []
    for model, part in rows.groupby("model", sort=False):
        cubes: list[Cube | None] = [
            Cube(phases[place], said(row["c11_gpa"], row["volume_fraction"]))
            for place, row in part.iterrows()
        ]
        lines.append((wrapped(str(model)), cubes))
    first = rows[rows["model"] == rows["model"].iloc[0]]
    names = first["morphology"].where(first["morphology"] != "", first["structure"])
    return cubes_figure(lines, [plain(name) for name in names])
