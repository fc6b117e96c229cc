"""Command: structures of a wanted stiffness are drawn, solved, refined, ranked and certified."""

import re
import sys
from pathlib import Path
from typing import Final

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.pages import save_figure
from pspflow.io.sheet import write_sheet
from pspflow.logs import log
from pspflow.studies.composite.certificates.certificate import certify
from pspflow.studies.composite.certificates.certificate_text import as_text
from pspflow.studies.composite.certificates.training_structures import (
    SetFiles,
    training_reference,
)
from pspflow.studies.composite.design import designs
from pspflow.studies.composite.design.design_figures import designs_figure
from pspflow.studies.composite.design.options import DrawingOptions
from pspflow.studies.composite.design.refined_designs import refine_all
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.rows import FIRST_RUN
from pspflow.studies.composite.structures.sets import write_structures
from pspflow.studies.composite.trained_networks import open_network
from pspflow.studies.shared.output_folders import check_output_folder
from pspflow.studies.stage import AUTO, Device, Seed, Threads, Whole, stage

STRUCTURES, CANDIDATES, PICTURE, CERTIFICATE = FILES = (
    *("structures.zarr", "candidates.csv"),
    *("picture.png", "certificate.csv"),
)
LEVELS: Final = 6
"""Folders above the weights up to that of the study."""
NO_REFERENCE: Final = (
    "No training structures are known, so that nothing is said of the design's looks and of copies "
    "of them; name the folder of their set by --reference."
)


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
    refine: bool = True,
    reference: Path | None = None,
    seed: Seed = 0,
    options: DrawingOptions = DrawingOptions(),
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Design structures of a wanted stiffness: draw some, refine each by the solver, and rank them.

    A network of C11 takes that value alone; a network of all six components takes all six. The best
    design is certified.

    Parameters
    ----------
    model
        Folder of a trained network with a prior of its latent space, or its weights file.
    out
        Folder to make: structures.zarr, candidates.csv and picture.png, the best first, and
        certificate.csv of the best.
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
    refine
        Whether the solver moves each candidate to what is wanted.
    reference
        Folder of the set that the network was trained on, whose training structures the certificate
        compares with; if none is named, that of the run in which the network lies.
    options
        How structures are drawn, and element and tolerance of the solver.

    Raises
    ------
    InputError
        If the model cannot design what is wanted, or the folder holds something else.
    """
    out = out.resolve()
    check_output_folder(out, FILES, "an earlier design")
    weights, network, material = open_network(model, device)
    files = _files(reference, weights)
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
        draws=options.draws,
        prior=options.prior,
        seed=seed,
        options=options,
        threads=threads,
    )
    if refine:
        found = refine_all(network, material, found, options=options, threads=threads)
    reached = [f"refined_{name}" if refine else name for name in NORMAL]
    stiffness = found.table.loc[:0, reached].to_numpy()
    known = None
    if files is not None:
        known = training_reference(files, stiffness, _run(weights), threads)
    certificate = certify(found.phases[:1], stiffness, known, material, options, threads)
    origin = origin.including({"weights": weights})
    with replacing(out) as staged:
        write_structures(staged / STRUCTURES, found.phases, count, network.edge, origin)
        write_sheet(staged / CANDIDATES, found.table)
        picture = designs_figure(found.phases, found.table, network.properties)
        save_figure(staged / PICTURE, picture, origin)
        write_sheet(staged / CERTIFICATE, certificate)
    said = [designs.as_text(found.table, network.properties), "", "Certificate of the best:"]
    said += [as_text(certificate.iloc[0])] + ([NO_REFERENCE] if known is None else [])
    sys.stdout.write("\n".join(said) + "\n")
    log.info("%d candidates, the best first: %s", count, out)


def _files(reference: Path | None, weights: Path) -> SetFiles | None:
    """Find the set of a network: the folder named, or that of the run it was trained in.

    Raises
    ------
    InputError
        If the folder named lacks a file.
    """
    if reference is not None:
        files = SetFiles.of(reference)
        if missing := files.missing():
            raise InputError(
                f"{missing[0]}: there is no such file; let --reference name the folder of a set, "
                "for example results/RUN/composite/structures/pair."
            )
        return files
    # RUN/composite/networks/SET/TARGET/NETWORK/runN/weights.safetensors
    above = weights.resolve().parents
    if len(above) < LEVELS or above[LEVELS - 2].name != "networks":
        return None
    files = SetFiles.of(above[LEVELS - 1] / "structures" / above[LEVELS - 3].name)
    return None if files.missing() else files


def _run(weights: Path) -> int:
    """Tell the run of a network from its folder's name; the first, if that says nothing."""
    found = re.fullmatch(r"run(\d+)", weights.resolve().parent.name)
    return int(found[1]) if found else FIRST_RUN
