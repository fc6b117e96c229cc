"""Names of trainings: the regularisation, variant or baseline of each."""

from collections.abc import Iterable


def by_kind(trainings: Iterable[str]) -> dict[str, list[str]]:
    """Collect names of trainings, KIND/seedN, by their kind, in the order in which they come."""
    found: dict[str, list[str]] = {}
    for name in trainings:
        found.setdefault(name.split("/")[0], []).append(name)
    return found
