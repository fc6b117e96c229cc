"""Names of local fields and of what predicts them, and what follows from a name."""

from typing import Final, Literal, get_args

FieldName = Literal["strain", "stress"]
"""Local fields along x."""
FIELDS: Final[tuple[FieldName, ...]] = get_args(FieldName)
LABELS: Final[dict[FieldName, str]] = {
    "strain": "strain over macroscopic strain",
    "stress": "stress over macroscopic strain (GPa)",
}
"""What figures show of them; the mean of the second is C11."""
LocalizerName = Literal["cpnet7", "cpnet5", "cpnet3", "fno"]
"""CPNet with a centre of 7, 5 or 3 voxels, or the Fourier neural operator."""
CPNET: Final = "cpnet"
PHASE_MEAN: Final = "phase_mean"
LINEAR: Final = "mks"
SOLVER: Final = "solver"
LARGEST_WINDOW: Final = 21
"""Voxels along CPNet's window, latent report, section 4.3."""
FNO: Final = "fno"
PRINTED: Final = "cpnet7"
"""The report's CPNet, with the centre that it prints."""
TITLES: Final = {
    PHASE_MEAN: "phase means",
    LINEAR: "linear (MKS)",
    FNO: "Fourier operator",
    SOLVER: "solver",
}


def training_name(field: str, localizer: str, run: int) -> str:
    """Name a training: `strain/cpnet7/run0`."""
    return f"{field}/{localizer}/run{run}"


def parts_of(training: str) -> tuple[str, str, int]:
    """Return the field, the localizer and the run of a training by its name."""
    field, localizer, run = training.split("/")
    return field, localizer, int(run.removeprefix("run"))


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
