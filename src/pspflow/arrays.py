"""Arrays as users hold them: what a plain array would lose without a word is refused."""

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")
NESTED = (np.ma.MaskedArray, list, tuple)


def unmasked(values: Any, name: str) -> Any:
    """Return values without the mask of a masked array, if it masks nothing.

    numpy drops masks: a pixel without data would count as the number that lies under the mask.

    Parameters
    ----------
    values
        Anything; what is no masked array, and no list or tuple with one in it, is returned as it
        is.
    name
        What the error calls it.

    Raises
    ------
    ValueError
        If an element is masked.
    """
    if isinstance(values, np.ma.MaskedArray):
        masked = int(np.ma.getmaskarray(values).sum())
        if masked:
            raise ValueError(
                f"{name} must have no mask, but {masked} of {values.size} elements are masked: cut "
                "to what is known, or fill them (numpy.ma.filled) with values that you vouch for"
            )
        return values.data
    if isinstance(values, list | tuple) and any(isinstance(item, NESTED) for item in values):
        items = [unmasked(item, name) for item in values]
        # a named tuple takes its items one by one
        return type(values)(*items) if hasattr(values, "_fields") else type(values)(items)
    return values


def real(values: Any, name: str) -> NDArray[np.float64]:
    """Convert numbers of any shape to float64; complex ones, which numpy would cut, are refused.

    Raises
    ------
    ValueError
        If a number is complex, or is none.
    """
    if np.iscomplexobj(values):
        raise ValueError(f"{name} must hold real numbers, but they are complex")
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must hold real numbers, got {values!r}") from None


def along(values: Any, last: Sequence[str]) -> Any:
    """Bring the axes that a labelled array names to the end, in this order.

    Names are data: an array of xarray whose axes are `z, y, x` is not one of `x, y, z`, in small
    letters or in capitals.

    Parameters
    ----------
    values
        Anything; what has no `dims` with these names is returned as it is.
    last
        Names of the last axes.
    """
    dims = getattr(values, "dims", ())
    if not isinstance(dims, tuple):
        return values
    spelt = {str(name).lower(): name for name in dims}
    if len(spelt) < len(dims) or not set(last) <= set(spelt):
        return values
    ends = [spelt[name] for name in last]
    return values.transpose(*(name for name in dims if name not in ends), *ends)


def refuses_masks(function: Callable[P, R]) -> Callable[P, R]:
    """Pass every argument of a function through `unmasked`, under the argument's name."""
    names = tuple(signature(function).parameters)

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        given = [unmasked(value, name) for name, value in zip(names, args, strict=False)]
        named = {name: unmasked(value, name) for name, value in kwargs.items()}
        return function(*given, *args[len(given) :], **named)  # type: ignore[arg-type]

    return checked
