"""Command: a user's micrograph is transferred whole from one domain to another."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import torch
from cyclopts import Parameter

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.weights import load_weights
from pspflow.logs import log
from pspflow.studies.stage import AUTO, DeviceName, Threads
from pspflow.studies.temper.flows.trained import load_flow
from pspflow.studies.temper.transfer.micrograph import (
    pixel_size_of,
    read_grey,
    transfer_micrograph,
)
from pspflow.training.devices import recorded, using
from pspflow.training.memory import keep_freed_memory

WEIGHTS = "weights.safetensors"
SUFFIXES = (".tif", ".tiff")
NAME_A_FLOW = (
    "let --model name the folder of a trained flow, results/RUN/temper/flows/exact/seed0 for one"
)


def transfer(
    image: Path,
    out: Path,
    /,
    *,
    model: Path,
    from_: Annotated[str, Parameter(name="--from")],
    to: str,
    pixel_size_um: float | None = None,
    threads: Threads = 1,
    device: DeviceName = AUTO,
) -> None:
    """Transfer a whole micrograph from one domain to another.

    Parameters
    ----------
    image
        The micrograph: TIFF, PNG, JPEG or BMP, without annotation bar.
    out
        TIFF of 8 bits to write, as large as the image.
    model
        Folder of trained flows, or their weights file.
    from_
        Domain of the image.
    to
        Domain to transfer it to.
    pixel_size_um
        Size of the image's pixels in micrometres, where its file does not say or says it wrongly.

    Raises
    ------
    InputError
        If a file cannot be used, or if image and model do not go together.
    """
    _check_files(image, out)
    weights = model / WEIGHTS if model.is_dir() else model
    known = _described(weights)
    _check_domains(weights, known["flow"]["domains"], from_, to)
    size_um = pixel_size_of(image, pixel_size_um, known["scale"]["pixel_size_um"])
    grey = read_grey(image, known["scale"]["grey_range"], known["flow"]["size_px"])

    torch.set_num_threads(threads)
    keep_freed_memory()
    origin = Provenance.of("temper transfer", {"image": image, "weights": weights})
    options = {"from": from_, "to": to, "grey_range": known["scale"]["grey_range"]}
    with using(device, threads) as place:
        made = transfer_micrograph(load_flow(weights, place), grey, from_, to)
        origin = replace(origin, options=options, device=recorded(place))
    with replacing(out) as staged:
        write_tiff(staged, made, size_um, origin.as_json())
    log.info("%s, transferred from %s to %s: %s", image, from_, to, out)


def _check_files(image: Path, out: Path) -> None:
    if not image.is_file():
        raise InputError(f"{image}: there is no such file; correct the path of the image.")
    if out.suffix.lower() not in SUFFIXES or out.is_dir():
        raise InputError(f"{out}: the output is a TIFF; name a file that ends in .tif or .tiff.")
    if out.exists() and out.samefile(image):
        raise InputError(f"{out}: this is the input itself; name another file for the output.")


def _described(weights: Path) -> dict[str, Any]:
    """Read what is stored of the flows besides their weights: their arguments and their scale."""
    if not weights.is_file():
        raise InputError(f"{weights}: there is no such file; {NAME_A_FLOW}.")
    try:
        _, model = load_weights(weights)
        return {"flow": dict(model["flow"]), "scale": dict(model["scale"])}
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{weights}: no weights of flows are in it; {NAME_A_FLOW}.") from error


def _check_domains(weights: Path, domains: list[str], source: str, target: str) -> None:
    for flag, name in (("--from", source), ("--to", target)):
        if name not in domains:
            raise InputError(
                f"{weights}: the model has no domain {name!r}; let {flag} name one of "
                f"{', '.join(domains)}."
            )
    if source == target:
        raise InputError(f"--from and --to are both {source!r}; name two different domains.")
