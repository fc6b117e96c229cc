"""Error of the elastic solver where stiff parts touch at edges: columns of a checkerboard.

Prints JSON. The shear modulus along columns of two phases, squares of a checkerboard in section, is
exactly the geometric mean of both moduli (Dykhne 1971, Sov. Phys. JETP 32, 63). At the edges, where
stiff columns meet, strains are singular, the more so the higher the contrast: no other structure
is known to need more voxels. Beside the error stands what `predict --refine` says: the change of
the solver's value on a grid twice as fine.
"""

import json

import numpy as np
import torch

from pspflow.mechanics import effective_stiffness, isotropic_stiffness
from pspflow.mechanics.element import Scheme

SHEAR = 4  # Voigt component 13; columns are along z
CONTRASTS = (2, 4, 10, 50, 100, 1000)
EDGES = (1, 2, 4, 8, 16, 32, 64)
POISSON = (0.3, 0.3)


def solved_over_exact(edge: int, contrast: float, element: Scheme = "bbar") -> float:
    """Solve columns of `edge` voxels a side; return the shear modulus over the exact one."""
    phases = (np.indices((2 * edge, 2 * edge, 1)) // edge).sum(axis=0) % 2
    young = (1.0, contrast)
    found = effective_stiffness(phases, young, POISSON, load_cases=(SHEAR,), element=element)
    soft, stiff = isotropic_stiffness(young, POISSON)[:, SHEAR, SHEAR]
    return float(found[0, 0] / np.sqrt(soft * stiff))


def measure(contrast: float, element: Scheme = "bbar") -> tuple[dict[str, float], dict[str, float]]:
    """Return the errors, and the changes on the doubled grid, in percent by voxels a side."""
    ratios = [solved_over_exact(edge, contrast, element) for edge in (*EDGES, 2 * EDGES[-1])]
    errors, changes = {}, {}
    for place, edge in enumerate(EDGES):
        errors[str(edge)] = 100 * (ratios[place] - 1)
        changes[str(edge)] = 100 * (ratios[place + 1] / ratios[place] - 1)
    return errors, changes


def main() -> None:
    """Measure every contrast, and one with the element of one point."""
    torch.set_num_threads(1)
    cases = {}
    for contrast in CONTRASTS:
        errors, changes = measure(contrast)
        cases[f"{contrast}: error, %"] = errors
        cases[f"{contrast}: change on the doubled grid, %"] = changes
    cases["100, `reduced`: error, %"], _ = measure(100, "reduced")
    widest = str(EDGES[-1])
    print(
        json.dumps(
            {
                "title": "Resolution: columns of a checkerboard, by contrast and voxels a side",
                "cases": cases,
                "ratios": {
                    f"error at contrast 100 over 4, {widest} voxels a side": cases["100: error, %"][
                        widest
                    ]
                    / cases["4: error, %"][widest]
                },
                "note": "Shear modulus along the columns, element `bbar`; exact is the geometric "
                "mean of both moduli.",
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
