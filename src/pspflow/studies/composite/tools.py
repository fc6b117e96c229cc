"""What trained networks do for a person: predict one's own structures, and design new ones."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from safetensors import SafetensorError

from pspflow.errors import InputError
from pspflow.io.artefacts import Inputs, Provenance, replacing
from pspflow.io.pages import save_figure
from pspflow.io.sheet import write_sheet
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.report.cubes import show_cube
from pspflow.report.style import figure_of
from pspflow.studies.composite import designing, predicting
from pspflow.studies.composite.data_options import SolutionOptions
from pspflow.studies.composite.network_options import Prior
from pspflow.studies.composite.networks import Network, load_network
from pspflow.studies.composite.structures import write_structures

WEIGHTS = "weights.safetensors"
SUFFIXES = (".csv", ".parquet")
STRUCTURES, CANDIDATES, PICTURE = "structures.zarr", "candidates.csv", "picture.png"
ACROSS = 4
MOST_SHOWN = 12
NAME_A_MODEL = (
    "let --model name the folder of a trained network, "
    "results/RUN/composite/networks/pair/c11/mixture_statistics/run0 for one"
)


def predict(
    stack: Path,
    /,
    *,
    model: Path,
    out: Path,
    array: str = "phase",
    phases: Path | None = None,
    solve: bool = True,
    options: SolutionOptions = SolutionOptions(),
    threads: int = 1,
) -> None:
    """Predict the stiffness of your structures, and solve them to compare.

    Parameters
    ----------
    stack
        Your .npy file or Zarr array or group: phase ids (structure, x, y, z), 0 the soft phase and
        1 the stiff one.
    model
        Folder of a trained network, or its weights file.
    out
        Table to write, .csv or .parquet: one row a structure.
    array
        Name of the array, where the stack is a Zarr group.
    phases
        CSV or Parquet table of your phases, where their ids are others: phase, young_gpa, poisson.
    solve
        Whether to solve the structures too.
    options
        Element and tolerance of the solver.
    threads
        Structures that are solved at once.

    Raises
    ------
    InputError
        If a file cannot be used, or if structures and model do not go together.
    """
    if out.suffix.lower() not in SUFFIXES or out.is_dir():
        raise InputError(f"{out}: the table is CSV or Parquet; name a file that ends as one.")
    if phases is not None and out.exists() and out.samefile(phases):
        raise InputError(f"{out}: this is the table of the phases; name another file to write.")
    weights, network, material = open_model(model)
    ids = predicting.read_ids(phases, material)
    structures = predicting.read_stack(stack, array, network.edge, ids)
    table = predicting.predict_table(
        network, material, structures, solve=solve, options=options, threads=threads
    )
    predicting.warn_outside(table, material["ranges"])
    if out.suffix.lower() == ".csv":
        write_sheet(out, table)
    else:
        inputs: Inputs = {"stack": stack, "weights": weights}
        inputs = {**inputs, **({"phases": phases} if phases else {})}
        origin = Provenance.of("composite predict", inputs, options if solve else None)
        write_table(out, table, replace(origin, options={**origin.options, "array": array}))
    for name in network.properties if solve else ():
        apart = (table[name] - table[f"{name}_solved"]).abs().mean()
        percent = 100 * apart / table[f"{name}_solved"].mean()
        log.info("%s: predicted and solved differ by %.2g %% in the mean", name, percent)
    log.info("%d structures predicted: %s", len(table), out)


def design(
    *,
    model: Path,
    out: Path,
    c11_gpa: float | None = None,
    c22_gpa: float | None = None,
    c33_gpa: float | None = None,
    c21_gpa: float | None = None,
    c31_gpa: float | None = None,
    c32_gpa: float | None = None,
    count: int = 8,
    draws: int = 16,
    prior: Prior = "refitted",
    seed: int = 0,
    options: SolutionOptions = SolutionOptions(),
    threads: int = 1,
) -> None:
    """Design structures of a wanted stiffness: draw some, solve each, and rank them.

    Parameters
    ----------
    model
        Folder of a trained network with a prior of its latent space, or its weights file.
    out
        Folder to make: structures.zarr, candidates.csv and picture.png, the best first.
    c11_gpa
        Wanted component of the stiffness, axis 1 of the array being x: C11 for a network of it.
    c22_gpa
        For a network of all six components: all are wanted together.
    c33_gpa
        See c22_gpa.
    c21_gpa
        See c22_gpa.
    c31_gpa
        See c22_gpa.
    c32_gpa
        See c22_gpa.
    count
        How many candidates.
    draws
        Noise draws a candidate of which the network chooses one (*_statistics networks).
    prior
        Where latents are drawn from: the prior refitted after the training, or the joint one.
    seed
        Seed of latents and noise; another gives other structures.
    options
        Element and tolerance of the solver.
    threads
        Structures that are solved at once.

    Raises
    ------
    InputError
        If the model cannot design what is wanted, or the folder holds something else.
    """
    out = out.resolve()
    _check_folder(out)
    weights, network, material = open_model(model)
    given = {
        "c11_gpa": c11_gpa,
        "c22_gpa": c22_gpa,
        "c33_gpa": c33_gpa,
        "c21_gpa": c21_gpa,
        "c31_gpa": c31_gpa,
        "c32_gpa": c32_gpa,
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    found = designing.design(
        network,
        material,
        wanted,
        count,
        draws=draws,
        prior=prior,
        seed=seed,
        options=options,
        threads=threads,
    )
    origin = Provenance.of("composite design", {"weights": weights}, options, seed)
    chosen = {"wanted_gpa": wanted, "count": count, "draws": draws, "prior": prior}
    origin = replace(origin, options={**origin.options, **chosen})
    with replacing(out) as staged:
        write_structures(staged / STRUCTURES, found.phases, count, network.edge, origin)
        write_sheet(staged / CANDIDATES, found.table)
        picture = picture_of(found.phases, found.table, network.properties)
        save_figure(staged / PICTURE, picture, origin)
    sys.stdout.write(printed(found.table, network.properties) + "\n")
    log.info("%d candidates, the best first: %s", count, out)


def open_model(model: Path) -> tuple[Path, Network, dict[str, Any]]:
    """Load a network from its folder or its weights file: that file, network and material.

    Raises
    ------
    InputError
        If there is no such file, or something else is in it.
    """
    weights = model / WEIGHTS if model.is_dir() else model
    if not weights.is_file():
        raise InputError(f"{weights}: there is no such file; {NAME_A_MODEL}.")
    try:
        return (weights, *load_network(weights))
    except (
        SafetensorError,
        json.JSONDecodeError,
        KeyError,
        TypeError,
        RuntimeError,
    ) as error:
        raise InputError(
            f"{weights}: no weights of a network of structures are in it; {NAME_A_MODEL}."
        ) from error


def picture_of(phases: np.ndarray, table: pd.DataFrame, properties: Sequence[str]) -> Figure:
    """Draw candidates as cubes with rank and error, and C11 where that alone is wanted.

    Parameters
    ----------
    phases, table
        See `pspflow.studies.composite.designing.Design`; the first 12 are drawn.
    properties
        Those that were wanted.
    """
    shown = min(len(phases), MOST_SHOWN)
    down = -(-shown // ACROSS)
    with figure_of(down, ACROSS, cell_aspect=1.15) as (figure, grid):
        figure.set_layout_engine("constrained", w_pad=0.1)  # room for the letters of axes
        for axes in grid.ravel()[shown:]:
            axes.set_axis_off()
        for place, axes in enumerate(grid.ravel()[:shown]):
            row = table.iloc[place]
            show_cube(axes, phases[place], arrows=place == 0)
            lines = [f"{place + 1}: off by {row['error_percent']:.1f} %"]
            if len(properties) == 1:
                lines.append(f"{row[properties[0]]:.1f} of {row[f'wanted_{properties[0]}']:g} GPa")
            axes.set_title("\n".join(lines))
    return figure


def printed(table: pd.DataFrame, properties: Sequence[str]) -> str:
    """Write the table of candidates for a terminal: of one property, what the network says too."""
    columns = ["rank", "error_percent", *properties]
    if len(properties) == 1:
        columns += [f"told_{properties[0]}", f"told_{properties[0]}_sd"]
    columns += ["volume_fraction", "component", "weight"]
    return str(table[columns].to_string(index=False, float_format="{:.3g}".format))


def _check_folder(out: Path) -> None:
    """Refuse to replace what is no earlier design."""
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: this is a file; name a folder to make.")
    held = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if held and held != {STRUCTURES, CANDIDATES, PICTURE}:
        raise InputError(
            f"{out}: the folder holds {min(held)} and no earlier design; name another."
        )
