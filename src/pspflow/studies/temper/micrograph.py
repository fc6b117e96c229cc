"""A user's own micrograph, transferred whole from one domain to another by trained flows."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from cyclopts import Parameter
from safetensors import SafetensorError

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.micrographs import read_header, read_micrograph
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.weights import load_weights
from pspflow.logs import log
from pspflow.microstructure import rescale
from pspflow.microstructure.blend import blend
from pspflow.models.multiflow import MultiDomainFlow, from_levels, to_levels
from pspflow.studies.temper.transfer import load_flow
from pspflow.training.memory import keep_freed_memory

WEIGHTS = "weights.safetensors"
SUFFIXES = (".tif", ".tiff")
SAME_SCALE = 0.01
"""Largest difference of two pixel sizes that count as one, over the model's."""
CLIPPED_PERCENT = 1.0
"""Pixels outside the model's grey levels that are worth a warning: it was made to clip 0.1."""
PIXELS_AT_ONCE = {"cpu": 1 << 14, "cuda": 1 << 20}
"""Pixels of the windows that go through the flows together: bounds the memory."""
EIGHT_BITS = (0.0, 255.0)
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
    threads: int = 1,
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
    threads
        Threads of torch; another number gives other rounding.

    Raises
    ------
    InputError
        If a file cannot be used, or if image and model do not go together.
    """
    _check_files(image, out)
    weights = model / WEIGHTS if model.is_dir() else model
    known = _described(weights)
    _check_domains(weights, known["flow"]["domains"], from_, to)
    size_um = _pixel_size_um(image, pixel_size_um, known["scale"]["pixel_size_um"])
    grey = _read(image, known["scale"]["grey_range"], known["flow"]["size_px"])

    torch.set_num_threads(threads)
    keep_freed_memory()
    made = transfer_micrograph(load_flow(weights), grey, from_, to)
    origin = Provenance.of("temper transfer", {"image": image, "weights": weights})
    options = {"from": from_, "to": to, "grey_range": known["scale"]["grey_range"]}
    with replacing(out) as staged:
        write_tiff(staged, made, size_um, replace(origin, options=options).as_json())
    log.info("%s, transferred from %s to %s: %s", image, from_, to, out)


def transfer_micrograph(
    flow: MultiDomainFlow, pixels: np.ndarray, source: str, target: str
) -> np.ndarray:
    """Transfer a micrograph window by window; overlapping windows are faded into each other.

    Parameters
    ----------
    flow
        Trained flows; see `pspflow.studies.temper.transfer.load_flow`.
    pixels
        (rows, columns) uint8 at the model's pixel size and grey levels, no edge below
        `flow.size_px`.
    source, target
        Domain of the image, and the one to transfer it to.

    Returns
    -------
    ndarray
        (rows, columns) uint8, rounded once, after blending.

    Raises
    ------
    ValueError
        If the image is smaller than a window.
    KeyError
        If the flow has no such domain.
    """
    device = next(flow.parameters()).device

    def change(windows: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            images = flow(from_levels(torch.from_numpy(windows).to(device)), source, target)
        return images[:, 0].float().cpu().numpy()

    batch = max(1, PIXELS_AT_ONCE[device.type] // flow.size_px**2)
    blended = blend(pixels, flow.size_px, change, batch, "transfer")
    return to_levels(torch.from_numpy(blended)[None, None])[0].numpy()


def _check_files(image: Path, out: Path) -> None:
    if not image.is_file():
        raise InputError(f"{image}: there is no such file; mend the path of the image.")
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
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
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


def _pixel_size_um(image: Path, given: float | None, expected: float | None) -> float | None:
    """Find the size of the image's pixels, and refuse one that is not the model's."""
    if given is not None and not 0 < given < math.inf:
        raise InputError(f"--pixel-size-um is {given:g}; give a positive number of micrometres.")
    told = read_header(image).pixel_size_um
    if given is not None and told is not None and not _same(told, given):
        log.warning("%s: the file says %g µm a pixel; the flag's %g counts", image, told, given)
    size_um = told if given is None else given
    if expected is None:
        log.warning("The model does not know its pixel size: the image's scale was not checked")
    elif size_um is None:
        raise InputError(
            f"{image}: the file does not say how large a pixel is, and the model's are "
            f"{expected:g} µm; give the image's with --pixel-size-um."
        )
    elif not _same(size_um, expected):
        raise InputError(
            f"{image}: a pixel is {size_um:g} µm, one of the model's {expected:g} µm; resample the "
            "image to that size, or name a model trained at the image's."
        )
    return size_um


def _same(size_um: float, expected: float) -> bool:
    return abs(size_um - expected) <= SAME_SCALE * expected


def _read(image: Path, grey_range: tuple[float, float], size_px: int) -> np.ndarray:
    """Read the image, (rows, columns) uint8, with its grey levels mapped as the study does."""
    header = read_header(image)
    if min(header.height_px, header.width_px) < size_px:
        raise InputError(
            f"{image}: the image is {header.height_px} x {header.width_px} pixels, smaller than a "
            f"chip of {size_px}; give a larger one, or name a model of smaller chips."
        )
    low, high = grey_range
    shallow = (low, high) == EIGHT_BITS
    if header.depth != "uint8" and shallow:
        raise InputError(
            f"{image}: pixels are {header.depth}, while the model was trained on 8 bits; convert "
            "the image to 8 bits as its micrographs were."
        )
    pixels = read_micrograph(image)
    if header.depth == "uint8":
        if not shallow:
            log.warning("%s: 8 bits are taken as mapped from levels %g to %g", image, low, high)
        return pixels
    percent = 100 * float(np.mean((pixels < low) | (pixels > high)))
    if percent > CLIPPED_PERCENT:
        log.warning(
            "%s: %.0f %% of pixels are outside %g to %g: clipped", image, percent, low, high
        )
    return rescale.to_uint8(pixels, low, high)
