"""Command: structures of a wanted stiffness are drawn, solved and ranked."""

import sys
from pathlib import Path

from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.pages import save_figure
from pspflow.io.sheet import write_sheet
from pspflow.logs import log
from pspflow.studies.composite.design import designs
from pspflow.studies.composite.design.design_figures import designs_figure
from pspflow.studies.composite.networks.options import Prior
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.sets import write_structures
from pspflow.studies.composite.trained_networks import open_network
from pspflow.studies.shared.output_folders import check_output_folder
from pspflow.studies.stage import AUTO, Device, Seed, Threads, Whole, stage

STRUCTURES, CANDIDATES, PICTURE = FILES = ("structures.zarr", "candidates.csv", "picture.png")


@stage
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
    count: Whole = 8,
    draws: Whole = 16,
    prior: Prior = "refitted",
    seed: Seed = 0,
    options: SolutionOptions = SolutionOptions(),
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Design structures of a wanted stiffness: draw some, solve each, and rank them.

    A network of C11 takes that value alone; a network of all six components takes all six.

    Parameters
    ----------
    model
        Folder of a trained network with a prior of its latent space, or its weights file.
    out
        Folder to make: structures.zarr, candidates.csv and picture.png, the best first.
    c11_gpa
        Wanted C11 in GPa; axis 1 is x, the first axis of the array.
    c22_gpa
        Wanted C22 in GPa.
    c33_gpa
        Wanted C33 in GPa.
    c21_gpa
        Wanted C21 in GPa.
    c31_gpa
        Wanted C31 in GPa.
    c32_gpa
        Wanted C32 in GPa.
    count
        Number of candidates.
    draws
        Draws of noise per candidate, among which the network chooses (*_statistics networks).
    prior
        Prior that latents are drawn from: the one refitted after the training, or the joint one.
    options
        Element and tolerance of the solver.

    Raises
    ------
    InputError
        If the model cannot design what is wanted, or the folder holds something else.
    """
    out = out.resolve()
    check_output_folder(out, FILES, "an earlier design")
    weights, network, material = open_network(model, device)
    given = {
        "c11_gpa": c11_gpa,
        "c22_gpa": c22_gpa,
        "c33_gpa": c33_gpa,
        "c21_gpa": c21_gpa,
        "c31_gpa": c31_gpa,
        "c32_gpa": c32_gpa,
    }
    found = designs.design(
        network,
        material,
        {name: value for name, value in given.items() if value is not None},
        count,
        draws=draws,
        prior=prior,
        seed=seed,
        options=options,
        threads=threads,
    )
    origin = origin.including({"weights": weights})
    with replacing(out) as staged:
        write_structures(staged / STRUCTURES, found.phases, count, network.edge, origin)
        write_sheet(staged / CANDIDATES, found.table)
        picture = designs_figure(found.phases, found.table, network.properties)
        save_figure(staged / PICTURE, picture, origin)
    sys.stdout.write(designs.as_text(found.table, network.properties) + "\n")
    log.info("%d candidates, the best first: %s", count, out)
