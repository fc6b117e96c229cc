"""Voxels of a user's stack: their edges, and those that are marked as missing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import zarr

from pspflow.errors import InputError
from pspflow.studies.composite.structures.stack_axes import AXES, axis_of, multiscale, names_of

SAME: Final = 1e-3
"""Largest relative difference of edges that count as equal."""
SPACING: Final = re.compile("((voxel|pixel|element|grid)(size|spacing))|spacing|resolution|scale")
"""Attributes that hold the edges of voxels, without underscores and units."""
UNITS_NM: Final = {
    **dict.fromkeys(("nm", "nanometer", "nanometre"), 1.0),
    **dict.fromkeys(("um", "µm", "μm", "micron", "micrometer", "micrometre"), 1e3),
    **dict.fromkeys(("mm", "millimeter", "millimetre"), 1e6),
    **dict.fromkeys(("cm", "centimeter", "centimetre"), 1e7),
    **dict.fromkeys(("m", "meter", "metre"), 1e9),
    **dict.fromkeys(("å", "angstrom", "ångström"), 0.1),
}
LENGTH: Final = re.compile(r"((?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)[a-zµμåö]*")
"""A number in a text, with its unit or without."""
MISSING: Final = ("_FillValue", "missing_value", "nodata")
"""Attributes that hold the value of voxels without a phase."""
MASK: Final = re.compile("masks?|masked|missing|valid|invalid|validity|nodata|roi")
"""Names of arrays that say which voxels of another array count."""


def check_cubes(path: Path, array: zarr.Array, group: zarr.Group | None) -> None:
    """Refuse an array whose voxels are not cubes, where it or its group says how long they are.

    Raises
    ------
    InputError
        If edges differ, or the coordinates of an axis are not evenly spaced.
    """
    for source, edges in _edges(path, array, group):
        sizes = np.abs(np.asarray(edges, np.float64))
        if not np.allclose(sizes, sizes[0], rtol=SAME, atol=0):
            said = " x ".join(f"{size:g}" for size in edges)
            raise InputError(
                f"{path}: by {source} its voxels have edges of {said}, but the solver takes cubes; "
                "resample the structures to cubic voxels."
            )


def missing_values(array: zarr.Array) -> set[float]:
    """Return the values that an array's attributes give to voxels without a phase."""
    given = [array.attrs.get(name) for name in MISSING]
    flat = [value for each in given for value in (each if isinstance(each, list) else [each])]
    return {value for value in flat if isinstance(value, int | float)}


def check_coding(path: Path, array: zarr.Array) -> None:
    """Refuse an array whose stored numbers are to be scaled before they mean anything.

    Raises
    ------
    InputError
        If its attributes hold a scale or an offset.
    """
    for name, neutral in (("scale_factor", 1), ("add_offset", 0)):
        value = array.attrs.get(name, neutral)
        if value != neutral:
            raise InputError(
                f"{path}: its attribute {name} is {value}, so that the stored numbers are no phase "
                "ids; store the ids themselves, as integers without scale and offset."
            )


def check_masks(path: Path, array: zarr.Array, group: zarr.Group | None) -> None:
    """Refuse an array beside which a mask says that some voxels do not count.

    Raises
    ------
    InputError
        If an array of the same shape is named as a mask and holds more than one value.
    """
    for name, beside in group.arrays() if group is not None else ():
        same = beside.name != array.name and beside.shape == array.shape
        words = re.split("[-_ ]", name.casefold())
        if not (same and any(MASK.fullmatch(word) for word in words)):
            continue
        values: set[Any] = set()
        for place in range(beside.shape[0]):
            values |= set(np.unique(np.asarray(beside[place])).tolist())
        if len(values) > 1:
            raise InputError(
                f"{path}: beside it the array {name!r} marks some of the voxels, and every voxel "
                "needs a phase; cut the structures so that all are known, or remove the array "
                "if it says something else."
            )


def _edges(
    path: Path, array: zarr.Array, group: zarr.Group | None
) -> Iterator[tuple[str, Sequence[float]]]:
    """Yield where the edges of voxels are told, and the edges of all three axes."""
    names = names_of(array, group) or AXES
    axes = [axis_of(name) for name in names]
    if not any(axes):
        names, axes = AXES, list(AXES)
    spatial = [place for place, axis in enumerate(axes) if axis in AXES[1:]]
    holders: list[zarr.Array | zarr.Group] = [array, *([group] if group is not None else [])]
    for holder in holders:
        for name, value in holder.attrs.items():
            if SPACING.fullmatch(_plain(name)) and (edges := _three(value, spatial)):
                yield f"its attribute {name}", edges
        for pattern in ("d{}", "voxel_size_{}", "spacing_{}", "pixel_size_{}", "{}_spacing"):
            keys = [pattern.format(axis) for axis in AXES[1:]]
            values = [holder.attrs.get(key) for key in keys]
            if all(_is_number(value) for value in values):
                yield f"its attributes {', '.join(keys)}", cast("list[float]", values)
    if group is None or len(spatial) != len(AXES) - 1:
        return
    if edges := _ome_edges(array, group, spatial):
        yield "OME-Zarr's scale", edges
    steps = [_step(path, group, names[place], array.shape[place]) for place in spatial]
    if all(step is not None for step in steps):
        yield "the coordinates of its axes", [float(step) for step in steps if step is not None]


def _three(value: Any, spatial: Sequence[int]) -> list[float]:
    """Take the edges along three axes from an attribute, of these axes or of all; or nothing."""
    if isinstance(value, Mapping):
        value = [value[key] for key in value if axis_of(str(key)) in AXES[1:]]
    if isinstance(value, str):
        words = filter(None, re.split(r"[\s,;x×*/()\[\]]+", value.casefold()))
        found = [LENGTH.fullmatch(word) for word in words if not _in_nm(word)]
        value = [float(each[1]) if each else None for each in found]
    if not isinstance(value, list) or not all(_is_number(each) for each in value):
        return []
    if len(value) > 3 and len(spatial) == 3 and max(spatial) < len(value):
        value = [value[place] for place in spatial]
    return [float(each) for each in value] if len(value) == 3 else []


def _ome_edges(array: zarr.Array, group: zarr.Group, spatial: Sequence[int]) -> list[float]:
    """Multiply the scales that OME-Zarr gives an array and its group, in nm if it says units."""
    image = multiscale(group.attrs)
    own = [
        each
        for each in image.get("datasets", [])
        if isinstance(each, Mapping) and str(each.get("path")) == array.basename
    ]
    scale = np.ones(len(array.shape))
    for holder in (image, *own):
        for step in holder.get("coordinateTransformations", []):
            given = step.get("scale") if isinstance(step, Mapping) else None
            if isinstance(given, list) and len(given) == len(scale):
                scale = scale * np.asarray(given, np.float64)
    axes = image.get("axes")
    if not isinstance(axes, list) or len(axes) != len(scale):
        return []
    units = [each.get("unit") if isinstance(each, Mapping) else None for each in axes]
    factors = [_in_nm(units[place]) for place in spatial]
    known = all(factor is not None for factor in factors)
    return [
        float(scale[place]) * (factor if known and factor else 1)
        for place, factor in zip(spatial, factors, strict=True)
    ]


def _step(path: Path, group: zarr.Group, name: str, length: int) -> float | None:
    """Return the step of the coordinates of an axis, in nm if they have units."""
    if length < 2 or name not in set(group.array_keys()):
        return None
    coordinate = group[name]
    if not isinstance(coordinate, zarr.Array) or coordinate.shape != (length,):
        return None
    if coordinate.dtype.kind not in "iuf":
        return None
    steps = np.diff(np.asarray(coordinate[...]).astype(np.float64))
    if not np.allclose(steps, steps.mean(), rtol=0, atol=0.01 * abs(steps.mean())):
        raise InputError(
            f"{path}: the coordinates {name!r} of its voxels are not evenly spaced, but the solver "
            "takes cubes; resample the structures to cubic voxels."
        )
    return float(steps.mean()) * (_in_nm(coordinate.attrs.get("units")) or 1)


def _in_nm(unit: Any) -> float | None:
    word = str(unit).strip().casefold()
    return UNITS_NM.get(word) or UNITS_NM.get(word.removesuffix("s"))


def _plain(name: str) -> str:
    """Write the name of an attribute without underscores and unit: `voxel_size_um`, voxelsize."""
    words = name.casefold().replace("-", "_").split("_")
    if len(words) > 1 and (words[-1] in UNITS_NM or words[-1] in {"px", "xyz", "zyx"}):
        words = words[:-1]
    return "".join(words)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
