"""Real structures, and how far a design is from them in units of their own distances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.studies.composite.certificates.copy_search import most_alike, spectra_of
from pspflow.studies.composite.certificates.descriptors import DESCRIPTORS, describe
from pspflow.studies.composite.structures.rows import evenly_spread

ALL: Final = "all"
"""Name of the group of all structures, which serves a morphology of too few."""
LEAST: Final = 8
"""Fewest structures of a morphology that designs are compared with by themselves."""
SIMILAR: Final = 0.1
"""Difference of volume fractions up to which structures are compared; the nearest 8 always are."""
NEAREST: Final = 3
"""Structures, the nearest in a descriptor, whose distances are averaged."""
MATCHED: Final = 24
"""Real structures, in equal parts of every group, of which the most alike other one is found."""
NOISE: Final = 0.1
"""Spread, over that of the whole descriptor, added to each of its features before it divides them:
features that hardly vary among real structures tell most, but not without limit."""
MOST: Final = 200
"""Training structures, at most, that designs are compared with."""
FLOORS: Final = {"percolation": 0.05}
"""Smallest unit of a descriptor's distances: all real structures may percolate alike."""


@dataclass(frozen=True)
class Comparison:
    """How a design compares with the real structures of a group."""

    group: str
    """Morphology, or `ALL`."""
    similar: np.ndarray
    """Positions of its structures of similar volume fraction."""
    distances: dict[str, float]
    """Of each descriptor, in units of real-against-real: about 1 for a structure of the group."""
    percentiles: dict[str, float]
    """Percent of the similar real structures that are nearer to the others than the design is."""

    @property
    def mean_distance(self) -> float:
        """Average the distances of the descriptors that are not percolation."""
        return float(np.mean([self.distances[name] for name in DESCRIPTORS if name not in FLOORS]))


@dataclass(frozen=True)
class Reference:
    """Real structures of the training set, described. Made by `fit_reference`."""

    names: np.ndarray
    """``(n,)`` of str."""
    morphologies: np.ndarray
    """``(n,)`` of str."""
    fractions: np.ndarray
    """Volume fractions of phase 1, ``(n,)``."""
    descriptors: dict[str, np.ndarray]
    """As `describe` returns them."""
    groups: dict[str, np.ndarray]
    """Positions of the structures of each morphology that has enough, and of all."""
    scales: dict[str, dict[str, np.ndarray]]
    """Group, descriptor: spread of each feature, by which differences are divided."""
    typical: dict[str, dict[str, np.ndarray]]
    """Group, descriptor: distance of each real structure to the others of its group."""
    spectra: np.ndarray
    """As `spectra_of` returns them."""
    real_correlations: dict[str, np.ndarray]
    """Group: correlation of some of its structures with the most alike other one of all."""

    @property
    def edge(self) -> int:
        """Voxels along each axis."""
        return int(self.spectra.shape[1])

    def group_of(self, morphology: str) -> str:
        """Return the group that stands for a morphology.

        Raises
        ------
        InputError
            If no structure has this morphology.
        """
        if morphology not in (ALL, *self.morphologies):
            known = ", ".join(sorted(set(self.morphologies)))
            raise InputError(
                f"No training structure has morphology {morphology}; name one of {known}."
            )
        return morphology if morphology in self.groups else ALL

    def compare(
        self, described: Mapping[str, np.ndarray], fraction: float, group: str
    ) -> Comparison:
        """Compare a structure with a group.

        Parameters
        ----------
        described
            A vector of each descriptor.
        fraction
            Its volume fraction.
        group
            Name of one of `groups`.
        """
        members = self.groups[group]
        near = _similar(self.fractions[members], fraction)
        distances: dict[str, float] = {}
        percentiles: dict[str, float] = {}
        for name, values in self.descriptors.items():
            mine = _distance(described[name], values[members[near]], self.scales[group][name])
            real = self.typical[group][name][near]
            distances[name] = mine / max(float(np.median(real)), FLOORS.get(name, 1e-12))
            percentiles[name] = 100 * float((real < mine).mean())
        return Comparison(group, members[near], distances, percentiles)

    def nearest_group(self, described: Mapping[str, np.ndarray], fraction: float) -> Comparison:
        """Compare a structure with the morphology that it is nearest to.

        With `ALL`, if no morphology has enough structures.
        """
        names = [name for name in self.groups if name != ALL] or [ALL]
        found = [self.compare(described, fraction, name) for name in names]
        return min(found, key=lambda each: each.mean_distance)


@refuses_masks
def nearest_in_stiffness(
    stiffness: np.ndarray, designed: np.ndarray, most: int = MOST
) -> np.ndarray:
    """Choose the training structures that a design is most likely a copy of.

    A copy has the stiffness of its original, but for its orientation: compared are the means of
    C11, C22 and C33 and of C21, C31 and C32, which no orientation changes.

    Parameters
    ----------
    stiffness
        `NORMAL` in GPa of training structures, shape ``(n, 6)``.
    designed
        The same of designs, shape ``(m, 6)``.
    most
        Number to choose.

    Returns
    -------
    Positions in ascending order, of those nearest to any design.
    """
    real, mine = (
        np.stack([each[:, :3].mean(axis=1), each[:, 3:].mean(axis=1)], axis=1)
        for each in (stiffness, designed)
    )
    distances = np.linalg.norm(real[:, None] - mine, axis=2).min(axis=1)
    return np.sort(np.argsort(distances, kind="stable")[:most])


@refuses_masks
def fit_reference(
    phases: np.ndarray,
    morphologies: Sequence[str],
    names: Sequence[str] | None = None,
    threads: int = 1,
) -> Reference:
    """Describe real structures. Give training structures alone: a certificate asks for copies.

    Parameters
    ----------
    phases
        Phase ids 0 and 1, uint8, shape ``(n, e, e, e)``, n at least 2.
    morphologies
        Name of the morphology of each.
    names
        Name of each; None: its position.
    threads
        Structures that are described at once.

    Raises
    ------
    InputError
        If there are fewer than 2 structures, or lengths differ.
    """
    named = [str(place) for place in range(len(phases))] if names is None else list(names)
    if len(phases) < 2 or not len(phases) == len(morphologies) == len(named):
        raise InputError(
            f"{len(phases)} structures, {len(morphologies)} morphologies and {len(named)} names "
            "make no reference; give at least 2 structures, and one of each for every structure."
        )
    kinds = np.asarray(morphologies, str)
    fractions = phases.mean(axis=(1, 2, 3))
    descriptors = describe(phases, threads)
    groups = {str(kind): np.flatnonzero(kinds == kind) for kind in np.unique(kinds)}
    groups = {kind: members for kind, members in groups.items() if len(members) >= LEAST}
    groups[ALL] = np.arange(len(phases))
    spectra = spectra_of(phases)
    scales = {
        group: {name: _spread(name, values[members]) for name, values in descriptors.items()}
        for group, members in groups.items()
    }
    return Reference(
        names=np.asarray(named, str),
        morphologies=kinds,
        fractions=fractions,
        descriptors=descriptors,
        groups=groups,
        scales=scales,
        typical={
            group: {
                name: _leave_one_out(name, values[members], fractions[members])
                for name, values in descriptors.items()
            }
            for group, members in groups.items()
        },
        spectra=spectra,
        real_correlations=_correlations(phases, spectra, groups),
    )


def _correlations(
    phases: np.ndarray, spectra: np.ndarray, groups: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Correlate evenly chosen structures of each group with the most alike other one."""
    names = [name for name in groups if name != ALL] or [ALL]
    found = {}
    for name in names:
        each = max(2, MATCHED // len(names))
        places = groups[name][evenly_spread(len(groups[name]), each)]
        found[name] = np.array(
            [
                most_alike(phases[place], np.delete(spectra, place, axis=0)).correlation
                for place in places
            ]
        )
    return {ALL: np.concatenate([found[name] for name in names])} | found


def _spread(name: str, values: np.ndarray) -> np.ndarray:
    """Return the spread of each feature of a descriptor ``(n, size)``; shares keep their unit."""
    if name in FLOORS:
        return np.ones(values.shape[1])
    variances = values.var(axis=0)
    spread: np.ndarray = np.sqrt(variances + NOISE**2 * variances.mean())
    return np.where(spread > 0, spread, 1.0)


def _leave_one_out(name: str, values: np.ndarray, fractions: np.ndarray) -> np.ndarray:
    """Measure each structure of a group by the others, as a design is measured: ``(n,)``."""
    found = np.empty(len(fractions))
    for place, fraction in enumerate(fractions):
        others = np.delete(np.arange(len(fractions)), place)
        near = others[_similar(fractions[others], fraction)]
        # without its own part in the spread, or few structures would seem nearer than designs
        found[place] = _distance(values[place], values[near], _spread(name, values[others]))
    return found


def _distance(described: np.ndarray, real: np.ndarray, scale: np.ndarray) -> float:
    """Average the distances to the nearest real structures, features divided by their scale."""
    distances = np.linalg.norm((real - described) / scale, axis=1)
    return float(np.sort(distances)[:NEAREST].mean())


def _similar(fractions: np.ndarray, fraction: float) -> np.ndarray:
    """Return positions of the structures of similar volume fraction, at least the nearest few."""
    gaps = np.abs(fractions - fraction)
    return np.flatnonzero(gaps <= max(SIMILAR, np.sort(gaps)[:LEAST][-1]))
