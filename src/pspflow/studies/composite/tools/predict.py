"""Command: the stiffness of a user's structures is predicted, and solved to compare."""

from pathlib import Path
from typing import Final

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.sheet import write_sheet
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.studies.composite.forward.predictions import (
    predict_table,
    read_ids,
    read_stack,
)
from pspflow.studies.composite.forward.remarks import say_refined, warn_outside, warn_soft
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.trained_networks import open_network
from pspflow.studies.stage import AUTO, Device, Threads, stage

SUFFIXES: Final = (".csv", ".parquet")


@stage
def predict(
    stack: Path,
    /,
    *,
    model: Path,
    out: Path,
    array: str = "phase",
    phases: Path | None = None,
    solve: bool = True,
    refine: bool = False,
    options: SolutionOptions = SolutionOptions(),
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
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
        Table to write, .csv or .parquet: one row per structure.
    array
        Name of the array, if the stack is a Zarr group.
    phases
        CSV or Parquet table of your phases, if their ids are others: phase, young_gpa, poisson.
    solve
        Whether to solve the structures too.
    refine
        Whether to solve them on a grid twice as fine as well, and say the difference: 8 times the
        voxels, and the time.
    options
        Element and tolerance of the solver.

    Raises
    ------
    InputError
        If a file cannot be used, or if structures and model do not fit together.
    """
    if out.suffix.lower() not in SUFFIXES or out.is_dir():
        raise InputError(f"{out}: the table is CSV or Parquet; name a file that ends as one.")
    if phases is not None and out.exists() and out.samefile(phases):
        raise InputError(f"{out}: this is the table of the phases; name another file to write.")
    if refine and not solve:
        raise InputError(
            "--refine compares two solutions, and --no-solve makes none; leave one of them out."
        )
    weights, network, material = open_network(model, device)
    ids = read_ids(phases, material)
    structures = read_stack(stack, array, network.edge, ids)
    table = predict_table(
        network, material, structures, solve=solve, refine=refine, options=options, threads=threads
    )
    warn_outside(table, material["ranges"])
    if out.suffix.lower() == ".csv":
        write_sheet(out, table)
    else:
        known = {"phases": phases} if phases else {}
        write_table(out, table, origin.including({"stack": stack, "weights": weights, **known}))
    for name in network.properties if solve else ():
        solved = table[f"{name}_solved"]
        difference = (table[name] - solved).abs().mean()
        percent = 100 * difference / solved.abs().mean()
        log.info(
            "%s: mean difference of predicted and solved %.3g GPa, %.2g %% of the mean solved size",
            *(name, difference, percent),
        )
        warn_soft(table, name)
        if refine:
            say_refined(table, name)
    log.info("%d structures predicted: %s", len(table), out)
