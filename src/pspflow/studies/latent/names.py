"""Names of datasets, and of the networks that are trained on them."""

from typing import Final, Literal, get_args

SimulatedName = Literal[
    "gaussian_smooth", "gaussian_binary", "grain_growth", "additive", "weld", "inpainted"
]
"""Datasets of the chapter `datasets`; report, section 2."""
CropsName = Literal["uhcs_48x64", "uhcs_64x64"]
"""Datasets of the chapter `curation`: crops of 48 x 64 and of 64 x 64 pixels; report, sections
9 and 10."""
DatasetName = Literal[
    "gaussian_smooth",
    "gaussian_binary",
    "grain_growth",
    "additive",
    "weld",
    "inpainted",
    "uhcs_48x64",
    "uhcs_64x64",
    "chips",
]
"""All datasets; `chips` are those of another study, on which the arena trains."""
PottsName = Literal["grain_growth", "additive", "weld"]
"""Datasets of Potts models, whose images are maps of grain boundaries."""
LatentModel = Literal[
    "printed",
    "kaiming",
    "avgpool",
    "batch_norm",
    "no_batch_norm",
    "narrow",
    "wide",
    "distance",
    "dcgan",
    "stationary",
]
"""Networks: the autoencoder that the report prints for the dataset; the same with Kaiming's
initialisation; the ablations of section 11, and a variant for grain boundaries, all with that
initialisation; DCGAN, and its successor."""
SIMULATED_NAMES: Final[tuple[SimulatedName, ...]] = get_args(SimulatedName)
CROPS_NAMES: Final[tuple[CropsName, ...]] = get_args(CropsName)
DATASET_NAMES: Final[tuple[DatasetName, ...]] = get_args(DatasetName)
POTTS_NAMES: Final[tuple[PottsName, ...]] = get_args(PottsName)
GANS: Final[tuple[LatentModel, ...]] = ("dcgan", "stationary")
"""Networks that make images of noise and encode none."""
CROP_PX: Final[dict[CropsName, tuple[int, int]]] = {"uhcs_48x64": (48, 64), "uhcs_64x64": (64, 64)}
"""Rows and columns of the crops; report, sections 9.2 and 10."""
