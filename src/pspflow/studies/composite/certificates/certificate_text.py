"""A certificate in plain sentences, for the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from pspflow.studies.composite.certificates.percolation import AXES, PHASES
from pspflow.studies.composite.structures.properties import NORMAL

FARTHEST: Final = 100.0
"""Percentile of what is farther away than every real structure."""
NOUNS: Final = {
    "two_point": "two-point statistics",
    "lineal_path": "lineal path",
    "persistence": "persistence of slices",
    "percolation": "percolation",
}
BROKEN: Final = {
    "inside": "are obeyed",
    "outside by less than the error": "are left by less than the error of grid and element",
    "outside": "are BROKEN",
    "not applicable": "do not apply, since the structure is anisotropic",
}


def as_text(row: Mapping[str, Any] | pd.Series) -> str:
    """Put a row of the table of `certify` in words, a fact a line."""
    parts = [_stiffness(row), _bounds(row)]
    if "morphology" in row:
        parts += [_percolation(row), _looks(row), iter([_copy(row)])]
    return "\n".join(line for lines in parts for line in lines)


def _stiffness(row: Mapping[str, Any]) -> Iterator[str]:
    if row["claim_percent"] > 0.1:
        yield f"The claimed stiffness is NOT confirmed: it is {row['claim_percent']:.2g} % off."
    values = ", ".join(
        f"{name.split('_')[0].upper()} {row[name]:.2f} ± {row[f'error_bar_{name}']:.2f}"
        for name in NORMAL
    )
    yield f"Stiffness in GPa, ± error of grid and element: {values}."
    yield (
        f"Error of grid and element: up to {row['error_bar_percent']:.1f} %; C11 is "
        f"{row['refined_c11_gpa']:.2f} GPa on the doubled grid and "
        f"{row['other_element_c11_gpa']:.2f} GPa with the other element."
    )


def _bounds(row: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"Voigt and Reuss's bounds at a volume fraction of {row['volume_fraction']:.3f} "
        f"{BROKEN[row['voigt_reuss']]}: C11 from {row['reuss_c11_gpa']:.2f} to "
        f"{row['voigt_c11_gpa']:.2f} GPa."
    )
    index = f"index {row['anisotropy_index']:.2g}"
    if row["hashin_shtrikman"] == "not applicable":
        yield f"Hashin and Shtrikman's bounds {BROKEN['not applicable']} ({index})."
        return
    moduli = " and ".join(
        f"{name} modulus {row[f'{name}_gpa']:.2f} in {row[f'{name}_lower_gpa']:.2f} to "
        f"{row[f'{name}_upper_gpa']:.2f} GPa"
        for name in ("bulk", "shear")
    )
    yield (
        f"Hashin and Shtrikman's bounds for isotropic structures {BROKEN[row['hashin_shtrikman']]} "
        f"(anisotropy {index}): {moduli}."
    )


def _percolation(row: Mapping[str, Any]) -> Iterator[str]:
    for phase in PHASES:
        parts = []
        for axis in AXES:
            name = f"{phase}_connected_{axis}"
            says = "yes" if row[name] > 0 else "no"
            parts.append(f"{axis} {says} ({row[f'real_{name}']:.0f} % of real ones)")
        yield f"Percolation of the {phase} phase: {', '.join(parts)}."


def _looks(row: Mapping[str, Any]) -> Iterator[str]:
    kind = row["morphology"]
    group = "training structures" if kind == "all" else f"structures of morphology {kind}"
    measured = ", ".join(
        f"{noun} {row[f'{name}_distance']:.2f} (percentile {row[f'{name}_percentile']:.0f})"
        for name, noun in NOUNS.items()
    )
    yield (
        f"Distance to the {row['similar_structures']} real {group} of similar volume fraction, 1 "
        f"being that of real ones: {measured}."
    )
    far = [noun for name, noun in NOUNS.items() if row[f"{name}_percentile"] >= FARTHEST]
    like = "In no descriptor is it farther away than every real one."
    yield f"It is UNLIKE every real one in: {', '.join(far)}." if far else like
    if row["nearest_morphology"] != kind:
        yield (
            f"It is nearer to morphology {row['nearest_morphology']}: distance "
            f"{row['nearest_distance']:.2f} instead of {row['descriptor_distance']:.2f}, averaged "
            "over the first three."
        )


def _copy(row: Mapping[str, Any]) -> str:
    says = "a COPY" if row["is_copy"] else "no copy"
    return (
        f"It is {says} of a training structure: the most alike one, {row['copy_of']}, has "
        f"correlation {row['copy_correlation']:.3f} and differs in "
        f"{row['copy_voxels_percent']:.1f} % of the voxels (a copy from {row['copy_limit']:.2f}; "
        f"of real structures, the median is {row['real_copy_correlation']:.3f}, the highest "
        f"{row['real_copy_correlation_highest']:.3f})."
    )
