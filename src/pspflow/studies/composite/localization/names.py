"""Names of what predicts strains, and what follows from a name."""

from typing import Final, Literal

LocalizerName = Literal["cpnet7", "cpnet5", "cpnet3", "fno"]
"""CPNet with a centre of 7, 5 or 3 voxels, or the Fourier neural operator."""
CPNET: Final = "cpnet"
PHASE_MEAN: Final = "phase_mean"
LINEAR: Final = "mks"
SOLVER: Final = "solver"
LARGEST_WINDOW: Final = 21
"""Voxels along CPNet's window, latent report, section 4.3."""
TITLES: Final = {
    PHASE_MEAN: "phase means",
    LINEAR: "linear (MKS)",
    "fno": "Fourier operator",
    SOLVER: "solver",
}


def title_of(model: str) -> str:
    """Return the name of a network, linear model or solver in figures."""
    return f"CPNet, gap {gap_of(model)}" if is_cpnet(model) else TITLES[model]


def is_cpnet(model: str) -> bool:
    """Tell whether a model is a CPNet, with a centre of any size."""
    return model.startswith(CPNET)


def gap_of(model: str) -> int:
    """Return the centre of a CPNet by its name, in voxels: 7 for `cpnet7`."""
    return int(model.removeprefix(CPNET))


def window_of(edge: int) -> int:
    """Return CPNet's window for a cell: the report's, or the largest odd one in a smaller cell."""
    return min(LARGEST_WINDOW, edge - 1 + edge % 2)
