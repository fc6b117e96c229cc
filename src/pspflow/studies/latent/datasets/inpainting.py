"""Variants of a micrograph: crops of it, of which random squares are filled in anew."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pspflow.errors import InputError
from pspflow.seeds import generator
from pspflow.studies.latent.datasets.options import Counts, InpaintedOptions
from pspflow.studies.latent.datasets.stored import Made

SPLITS: Final = ("train", "validation", "test")


class Region(NamedTuple):
    """A rectangle of the micrograph that all crops of a split lie in."""

    split: str
    row: int
    column: int
    height: int
    width: int


def regions(shape: tuple[int, int], size_px: tuple[int, int], counts: Counts) -> dict[str, Region]:
    """Divide a micrograph among the splits, across the way that more crops follow each other.

    Regions do not overlap, so that no pixel of a test crop is one of a training crop. They are in
    proportion to the images of the splits, and as long as a crop at least.

    Parameters
    ----------
    shape
        Rows and columns of the micrograph.
    size_px
        Rows and columns of a crop.
    counts
        Images of the splits.

    Returns
    -------
    dict
        The region of `train`, `validation` and `test`.

    Raises
    ------
    InputError
        If the micrograph is too small for three crops beside each other.
    """
    axis = 0 if shape[0] * size_px[1] > shape[1] * size_px[0] else 1
    length, crop = shape[axis], size_px[axis]
    if length < 3 * crop or shape[1 - axis] < size_px[1 - axis]:
        raise InputError(
            f"The micrograph has {shape[0]} x {shape[1]} pixels, too few for three crops of "
            f"{size_px[0]} x {size_px[1]} beside each other, one for each split; lessen "
            "latent.datasets.inpainted.size_px or give a larger micrograph."
        )
    per_image = length / counts.total
    validation = min(max(crop, round(counts.validation * per_image)), length - 2 * crop)
    test = min(max(crop, round(counts.test * per_image)), length - crop - validation)
    lengths = (length - validation - test, validation, test)
    found: dict[str, Region] = {}
    start = 0
    for split, extent in zip(SPLITS, lengths, strict=True):
        along_rows = Region(split, start, 0, extent, shape[1])
        along_columns = Region(split, 0, start, shape[0], extent)
        found[split] = along_columns if axis else along_rows
        start += extent
    return found


def holes(
    size_px: tuple[int, int], share: float, hole_px: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Place squares at random until they cover a share of an image, or just more.

    Parameters
    ----------
    size_px
        Rows and columns of the image.
    share
        Share of its pixels, from 0 to 1.
    hole_px
        Edge of a square; they may overlap, and none leaves the image.
    rng
        Of all draws.

    Returns
    -------
    ndarray of bool
        Whether a pixel is masked, (rows, columns).
    """
    mask = np.zeros(size_px, bool)
    while mask.mean() < share:
        row, column = (int(rng.integers(size - hole_px + 1)) for size in size_px)
        mask[row : row + hole_px, column : column + hole_px] = True
    return mask


def filled(crop: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Fill masked pixels by the smoothest surface that fits those around them (biharmonic).

    Parameters
    ----------
    crop
        (rows, columns) grey levels.
    mask
        Pixels whose levels are not used.

    Returns
    -------
    ndarray of uint8
        (rows, columns), equal to `crop` where nothing is masked.
    """
    # half a second, which other datasets need not wait for
    from skimage.restoration import inpaint_biharmonic  # noqa: PLC0415

    surface = inpaint_biharmonic(crop / 255, mask, split_into_regions=True)
    levels = np.clip(np.rint(255 * surface), 0, 255).astype(np.uint8)
    return np.where(mask, levels, crop)


def variant(
    micrograph: NDArray[np.uint8],
    region: Region,
    options: InpaintedOptions,
    number: int,
    seed: int,
) -> Made:
    """Make one variant of a random crop.

    Its group is the block of the micrograph that its first pixel lies in, one of a grid of crops:
    crops of one block overlap.

    Parameters
    ----------
    micrograph
        (rows, columns).
    region
        Where the crop lies.
    options
        Size of crops, and their masked part.
    number
        Number of the image, which decides all that is random.
    seed
        Seed of the run.

    Returns
    -------
    Made
        One image; columns group, row, column, masked_share, changed_share (pixels that differ from
        the crop) and rms_change (of grey levels, over the whole crop).
    """
    rng = generator(seed, "latent inpainted", number)
    rows, columns = options.size_px
    row = region.row + int(rng.integers(region.height - rows + 1))
    column = region.column + int(rng.integers(region.width - columns + 1))
    crop = micrograph[row : row + rows, column : column + columns]
    mask = holes(options.size_px, options.masked_share, options.hole_px, rng)
    image = filled(crop, mask)
    change = image.astype(float) - crop
    return Made(
        image[np.newaxis],
        None,
        {
            "group": np.array([f"{region.split}-{row // rows}-{column // columns}"]),
            "row": np.array([row]),
            "column": np.array([column]),
            "masked_share": np.array([mask.mean()]),
            "changed_share": np.array([(change != 0).mean()]),
            "rms_change": np.array([np.sqrt((change**2).mean())]),
        },
    )
