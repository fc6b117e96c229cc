"""Order of the axes of a user's stack, by the names that its dimensions have."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import zarr

from pspflow.errors import InputError
from pspflow.logs import log

AXES: Final = ("structure", "x", "y", "z")
"""The axes of a stack as the study takes it."""
STRUCTURE: Final = re.compile(
    "n?(structure|sample|specimen|microstructure|(sub)?volume|cube|rve|sve|cell|reali[sz]ation|"
    "item|instance|example|member|ensemble|case|simulation|sim|image|stack|obs|observation|"
    "replicate)s?|batch(es)?|b|n|idx|id|"
    "index|indices"
)
TIME: Final = re.compile("t|(time|timestep|frame|step)s?")
"""Names of an axis along which structures are states of one specimen."""
FILLER: Final = re.compile(
    "n|nr|no|num|number|count|id|idx|index|axis|dim|dimension|coord|coordinates?|pos|position|"
    "direction|voxels?|pixels?|px|m|cm|mm|um|µm|μm|nm|microns?"
)
"""Words beside the one that says which axis it is."""
TRIPLES: Final = (("x0", "x1", "x2"), ("x1", "x2", "x3"))
"""Numbered axes, in the order of x, y and z."""
ATTRIBUTE: Final = re.compile(
    "(array)?(axis|axes|dims?|dimensions?)(names?|orders?|labels?)?|(array|index)?(order|layout)"
)
"""Attributes in which writers name dimensions, without underscores and in small letters."""
LOOSE: Final = ("order", "arrayorder", "indexorder", "layout", "arraylayout", "indexlayout")
"""Those that may as well be of the order of values in memory, or of structures in the stack."""
UNNAMED: Final = re.compile(r"(phony_dim|dim|dimension|axis|d|_?zdim|_?anonymous_dim)?_?(\d*)")
"""What libraries write for a dimension without a name."""
SIZES: Final = re.compile(r"[\d.x×*]*\d[\d.x×*]*")
"""Text that tells the lengths of dimensions."""
KNOWN: Final = "structure (or sample, index, n), x, y and z"

Names = tuple[str, ...]


def axis_order(path: Path, array: zarr.Array, group: zarr.Group | None) -> tuple[int, ...] | None:
    """Say where the axes (structure, x, y, z) stand in an array of four or more dimensions.

    Dimensions beyond four are left out if they are named, no axis of a stack, and of length 1.

    Parameters
    ----------
    path
        Where the array is, for errors.
    array, group
        The array, and the group that holds it, if there is one.

    Returns
    -------
    Position of each of `AXES` in the array; None if its dimensions have no names.

    Raises
    ------
    InputError
        If names are unknown, are given twice or for some dimensions only, or contradict each other.
    """
    found = {
        source: _placed(path, source, names, array.shape)
        for source, names in _named(array, group)
        if not _are_unnamed(path, source, names)
    }
    if len(set(found.values())) > 1:
        said = "; ".join(
            f"{source} says {_listed(_in_order(order))}" for source, order in found.items()
        )
        raise InputError(
            f"{path}: the names of its dimensions contradict each other ({said}); correct them."
        )
    order = next(iter(found.values()), None)
    if order is not None and order != tuple(range(len(AXES))):
        log.info("%s: dimensions are taken by their names, %s", path, _listed(_in_order(order)))
    return order


def names_of(array: zarr.Array, group: zarr.Group | None) -> Names | None:
    """Return the names of an array's dimensions as they are written, if they are."""
    return next((names for _, names in _named(array, group) if any(map(axis_of, names))), None)


def axis_of(name: str) -> str | None:
    """Return which of `AXES` a dimension's name means, if any."""
    plain = unicodedata.normalize("NFKC", name).strip().rpartition("/")[2]
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", re.sub(r"[(\[{].*?[)\]}]", "", plain)).casefold()
    words = [word for word in re.split(r"[\s_\-.,:]+", plain) if word]
    for these in (words, [word for word in words if not FILLER.fullmatch(word)]):
        if len(these) == 1:
            word = these[0]
            if re.fullmatch("n?[xyz]", word):
                return word[-1]
            if STRUCTURE.fullmatch(word) or TIME.fullmatch(word):
                return AXES[0]
    return None


def _placed(path: Path, source: str, names: Names, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Find each of `AXES` among the names of dimensions."""
    if len(names) != len(shape):
        raise InputError(
            f"{path}: {source} names {len(names)} dimensions ({', '.join(names)}), but the array "
            f"has {len(shape)}; name each."
        )
    axes = _axes_of(names)
    blank = [place for place, name in enumerate(names) if not name.strip()]
    if len(names) == len(AXES) and len(blank) == 1:
        rest = [axis for axis in AXES if axis not in axes]
        axes[blank[0]] = rest[0] if len(rest) == 1 else None
    unknown = [
        name
        for name, axis, length in zip(names, axes, shape, strict=True)
        if axis is None and (length > 1 or len(names) == len(AXES) or not name.strip())
    ]
    if unknown:
        raise InputError(
            f"{path}: {source} names its dimensions {_listed(names)}, of which {unknown[0]!r} is "
            f"not known; name them {KNOWN}, in the order that the array has."
        )
    twice = next((axis for axis in AXES if axes.count(axis) > 1), None)
    missing = next((axis for axis in AXES if axis not in axes), None)
    if twice or missing:
        fault = f"two are the axis {twice}" if twice else f"none is the axis {missing}"
        raise InputError(
            f"{path}: {source} names its dimensions {_listed(names)}, of which {fault}; name them "
            f"{KNOWN}, each once."
        )
    first = names[axes.index(AXES[0])]
    if TIME.fullmatch(first.strip().casefold()):
        log.warning(
            "%s: its dimension %r is taken as the axis of the structures; states of one specimen "
            "are alike, so give them the same specimen in the table of the structures",
            *(path, first),
        )
    return tuple(axes.index(axis) for axis in AXES)


def _axes_of(names: Names) -> list[str | None]:
    plain = [name.strip().casefold() for name in names]
    for triple in TRIPLES:
        if set(triple) <= set(plain):
            known = dict(zip(triple, AXES[1:], strict=True))
            return [known.get(name) or axis_of(name) for name in plain]
    return [axis_of(name) for name in names]


def _are_unnamed(path: Path, source: str, names: Names) -> bool:
    """Tell whether dimensions have no names, but at most numbers that libraries give them."""
    numbers = [UNNAMED.fullmatch(name.strip().casefold()) for name in names]
    if not all(numbers):
        return False
    given = [int(each[2]) for each in numbers if each and each[2]]
    if given != sorted(given):
        raise InputError(
            f"{path}: {source} numbers its dimensions {_listed(names)}, which does not say which "
            f"is which; name them {KNOWN}, in the order that the array has."
        )
    return True


def _named(array: zarr.Array, group: zarr.Group | None) -> Iterator[tuple[str, Names]]:
    """Yield every place in which an array's dimensions are named, and the names."""
    names = getattr(array.metadata, "dimension_names", None)
    if names:
        yield "dimension_names", tuple(name or "" for name in names)
    holders: list[zarr.Array | zarr.Group] = [array, *([group] if group is not None else [])]
    for holder in holders:
        for name, value in holder.attrs.items():
            plain = name.casefold().replace("_", "").replace("-", "")
            split = _split(value) if ATTRIBUTE.fullmatch(plain) else None
            # a group may say what the axes of its other arrays are
            others = holder is group and not {*AXES[1:]} & {*map(axis_of, split or ())}
            loose = plain in LOOSE or others
            if split and (not loose or _say_all(split, len(array.shape))):
                yield f"attribute {name}", split
    if split := _split(_netcdf_names(array)):
        yield "NCZarr", split
    if group is not None and (split := _split(multiscale(group.attrs).get("axes"))):
        yield "OME-Zarr", split


def _say_all(names: Names, count: int) -> bool:
    return len(names) == count and all(map(axis_of, names))


def multiscale(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the first multiscale image that OME-Zarr describes in a group, or nothing."""
    within = attributes.get("ome", attributes)
    images = within.get("multiscales") if isinstance(within, Mapping) else None
    first = images[0] if isinstance(images, list) and images else None
    return first if isinstance(first, Mapping) else {}


def _split(names: Any) -> Names | None:
    """Take names from a list, or from text with or without separators; None if it holds none."""
    if isinstance(names, str):
        parts: list[Any] = [part for part in re.split(r"[\s,;/|()\[\]'\"-]+", names) if part]
        letters = list(parts[0]) if len(parts) == 1 else []
        names = letters if {"x", "y", "z"} <= {each.casefold() for each in letters} else parts
        if all(SIZES.fullmatch(part) for part in parts):
            return None
    if isinstance(names, Mapping):
        names = _by_place(names)
    if not isinstance(names, list) or not names:
        return None
    named = [
        next(filter(None, map(each.get, ("name", "key", "label"))), None)
        if isinstance(each, Mapping)
        else each
        for each in names
    ]
    if not all(name is None or isinstance(name, str) for name in named):
        return None
    return tuple(name or "" for name in named)


def _by_place(names: Mapping[str, Any]) -> list[Any] | None:
    """Take names from a mapping of places to names, or of names to places; else None."""
    places = {int(key): value for key, value in names.items() if key.isdecimal()}
    if len(places) < len(names):
        places = {value: key for key, value in names.items() if isinstance(value, int)}
    whole = len(places) == len(names) and set(places) == set(range(len(places)))
    return [places[place] for place in sorted(places)] if whole else None


def _netcdf_names(array: zarr.Array) -> Any:
    """Return the names that NCZarr writes into files beside or inside an array's own."""
    folder = _folder(array)
    if folder is None:
        return None
    for name in (".nczarray", ".zattrs", ".zarray"):
        try:
            written = json.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        for key in ("_nczarr_array", "_NCZARR_ARRAY", None):
            record = written if key is None else written.get(key)
            for field in ("dimension_references", "dimrefs"):
                if isinstance(record, Mapping) and field in record:
                    return record[field]
    return None


def _folder(array: zarr.Array) -> Path | None:
    """Return the folder of an array on disk."""
    root = getattr(array.store_path.store, "root", None)
    return Path(root) / array.path if root is not None else None


def _in_order(order: tuple[int, ...]) -> Names:
    """Name the axes in the order that an array has them."""
    return tuple(axis for _, axis in sorted(zip(order, AXES, strict=True)))


def _listed(names: Sequence[str]) -> str:
    return f"({', '.join(name or '(no name)' for name in names)})"
