"""Certificates: what is known of a design beyond its stiffness on one grid.

How far its stiffness depends on grid and element; whether it obeys the bounds; whether it looks
like the real structures of a morphology; whether it is a copy of one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.studies.composite.certificates.copy_search import most_alike
from pspflow.studies.composite.certificates.descriptors import DESCRIPTORS, describe
from pspflow.studies.composite.certificates.percolation import AXES, PHASES
from pspflow.studies.composite.certificates.reference import Reference, fit_reference
from pspflow.studies.composite.certificates.stiffness_checks import (
    bounds_of,
    discretisation,
    whole_stiffness,
)
from pspflow.studies.composite.structures.duplicates import LEAST
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL, POSITIONS

__all__ = ["Reference", "certify", "fit_reference"]


@refuses_masks
def certify(
    phases: np.ndarray,
    solved: np.ndarray,
    reference: Reference | None,
    material: Mapping[str, Any],
    options: SolutionOptions = SolutionOptions(),
    threads: int = 1,
    morphologies: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Certify designs.

    Parameters
    ----------
    phases
        Phase ids 0 (soft) and 1 (stiff), uint8, shape ``(n, e, e, e)``.
    solved
        The stiffness that is claimed of them: `NORMAL` in GPa, shape ``(n, 6)``. It is solved anew.
    reference
        Training structures of the same edge, from `fit_reference`. None: what needs them, from
        stiff_connected_x on, is absent.
    material
        `young_gpa` and `poisson` of phases 0 and 1.
    options
        Element and tolerance of the solver.
    threads
        Designs that are certified at once.
    morphologies
        The morphology that was asked for, of each design. None: that which it is nearest to.

    Returns
    -------
    One row per design; `as_text` of `pspflow.studies.composite.certificates.certificate_text` puts
    it in words. Columns:

    volume_fraction; `NORMAL` (C11 and so on in GPa, solved anew); claim_percent (the largest
    difference from what is claimed);
    those of `discretisation` and `bounds_of`, see there;
    stiff_connected_x and so on, for both phases and three axes: share of the phase in parts that
    percolate along the axis, 0 if none does; real_stiff_connected_x and so on: percent of the
    similar real structures in which the phase percolates;
    morphology (whose real structures the design is compared with, or `all`), similar_structures
    (how many real ones of it have a similar volume fraction), nearest_morphology and
    nearest_distance (its descriptor_distance);
    two_point_distance, two_point_percentile, and so on for every one of `DESCRIPTORS`, see
    `Comparison`; descriptor_distance (mean of the first three distances);
    copy_of (the training structure that is most alike in any shift and orientation),
    copy_correlation (with it), copy_voxels_percent (the voxels that differ from it), copy_limit
    (the correlation from which a design is a copy), real_copy_correlation and
    real_copy_correlation_highest (median and largest of what real structures of the morphology have
    with the most alike other one), is_copy.

    Raises
    ------
    InputError
        If shapes do not fit, a morphology is not in the reference, or a structure is not solved.
    """
    _check(phases, solved, reference, morphologies)
    stiffness = whole_stiffness(phases, material, options, threads)
    own = np.stack([block[tuple(zip(*POSITIONS, strict=True))] for block in stiffness])
    columns: dict[str, Any] = {"volume_fraction": phases.mean(axis=(1, 2, 3))}
    columns |= dict(zip(NORMAL, own.T, strict=True))
    columns["claim_percent"] = 100 * (np.abs(own - solved) / np.abs(own)).max(axis=1)
    columns |= discretisation(phases, own, material, options, threads)
    table = pd.DataFrame(columns)
    diagonal = [f"error_bar_{name}" for name in NORMAL[:3]]
    errors = (table[diagonal].sum(axis=1) / own[:, :3].sum(axis=1)).to_numpy()
    bounds = [
        bounds_of(block, float(fraction), material, float(error))
        for block, fraction, error in zip(stiffness, table["volume_fraction"], errors, strict=True)
    ]
    if reference is None:
        return pd.concat([table, pd.DataFrame(bounds)], axis=1)
    described = describe(phases, threads)
    looks = [
        _looks(
            {name: values[at] for name, values in described.items()},
            float(fraction),
            reference,
            None if morphologies is None else morphologies[at],
        )
        for at, fraction in enumerate(table["volume_fraction"])
    ]
    found = Parallel(n_jobs=threads, prefer="threads")(
        delayed(_copy)(structure, reference, look["morphology"])
        for structure, look in zip(phases, looks, strict=True)
    )
    return pd.concat([table, *(pd.DataFrame(rows) for rows in (bounds, looks, found))], axis=1)


def _looks(
    described: Mapping[str, np.ndarray],
    fraction: float,
    reference: Reference,
    morphology: str | None,
) -> dict[str, Any]:
    """Compare the descriptors of a design with those of real structures."""
    nearest = reference.nearest_group(described, fraction)
    found = nearest
    if morphology is not None:
        found = reference.compare(described, fraction, reference.group_of(morphology))
    mine = described["percolation"]
    real = reference.descriptors["percolation"][found.similar]
    columns: dict[str, Any] = {}
    for at, name in enumerate(f"{phase}_connected_{axis}" for phase in PHASES for axis in AXES):
        columns[name] = mine[at]
        columns[f"real_{name}"] = 100 * float((real[:, at] > 0).mean())
    columns["morphology"] = found.group
    columns["nearest_morphology"] = nearest.group
    columns["nearest_distance"] = nearest.mean_distance
    columns["similar_structures"] = len(found.similar)
    for name in DESCRIPTORS:
        columns[f"{name}_distance"] = found.distances[name]
        columns[f"{name}_percentile"] = found.percentiles[name]
    columns["descriptor_distance"] = found.mean_distance
    return columns


def _copy(structure: np.ndarray, reference: Reference, group: str) -> dict[str, Any]:
    """Say which training structure a design is most like, and whether it is a copy."""
    nearest = most_alike(structure, reference.spectra)
    mine, theirs = float(structure.mean()), float(reference.fractions[nearest.position])
    together = nearest.correlation * np.sqrt(mine * (1 - mine) * theirs * (1 - theirs))
    differing = mine + theirs - 2 * (together + mine * theirs)
    real = reference.real_correlations[group]
    return {
        "copy_of": reference.names[nearest.position],
        "copy_correlation": nearest.correlation,
        "copy_voxels_percent": 100 * round(max(0.0, differing) * structure.size) / structure.size,
        "copy_limit": LEAST,
        "real_copy_correlation": float(np.median(real)),
        "real_copy_correlation_highest": float(real.max()),
        "is_copy": bool(nearest.correlation >= LEAST),
    }


def _check(
    phases: np.ndarray,
    solved: np.ndarray,
    reference: Reference | None,
    morphologies: Sequence[str] | None,
) -> None:
    """Refuse designs that do not fit the reference or what is claimed of them."""
    edge, count = reference.edge if reference else phases.shape[-1], len(phases)
    if phases.shape != (count, edge, edge, edge) or count == 0:
        raise InputError(
            f"The designs have shape {phases.shape} and the reference structures an edge of {edge} "
            "voxels; give at least one design, of shape (n, edge, edge, edge)."
        )
    if solved.shape != (count, len(NORMAL)):
        raise InputError(
            f"The claimed stiffness has shape {solved.shape}; give {', '.join(NORMAL)} of each of "
            f"{count} designs."
        )
    if morphologies is not None and len(morphologies) != count:
        raise InputError(f"{len(morphologies)} morphologies are no one each of {count} designs.")
