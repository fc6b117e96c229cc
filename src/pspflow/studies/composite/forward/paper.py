"""What the composite paper reports of stiffness predicted from structures.

Facts alone, each with its table. They hold for the paper's material, phases of 120 GPa and 2.4 GPa
in cells of 51 x 51 x 51 voxels, and for no other. Errors are the paper's MAPE in percent: the mean
absolute error over the mean solved value.
"""

from typing import Final, NamedTuple

from pspflow.studies.composite.structures.properties import Target

NAN: Final = float("nan")


class Forward(NamedTuple):
    """Accuracy of a model: mean and standard deviation over ten runs, NaN where there is none."""

    mape: float
    """In percent."""
    mape_sd: float
    r2: float
    r2_sd: float


_TABLE_1: Final[dict[str, Forward]] = {
    "V-R-H Avg": Forward(46.66, NAN, NAN, NAN),
    "2pt Stats+Reg": Forward(6.79, NAN, NAN, NAN),
    "VAE + GPR": Forward(7.23, 0.15, 0.97, 1e-3),
    "Reg-Only": Forward(3.69, 0.17, 0.99, 4e-4),
    "VAE-Reg": Forward(3.50, 0.24, 0.99, 5e-4),
}
"""Composite paper, Table 1: C11 alone. The first two are from its reference 21."""

_TABLES_7_AND_8: Final[dict[str, dict[str, Forward]]] = {
    "VAE+LIN": {
        "c11_gpa": Forward(14.25, 0.19, 0.9228, 0.0028),
        "c22_gpa": Forward(14.65, 0.37, 0.9138, 0.0033),
        "c33_gpa": Forward(12.87, 0.26, 0.9322, 0.0019),
        "c21_gpa": Forward(19.4476, 0.3370, 0.8657, 0.0030),
        "c31_gpa": Forward(18.9616, 0.2750, 0.8734, 0.0034),
        "c32_gpa": Forward(17.0849, 0.2472, 0.894, 0.0020),
    },
    "VAE+NN": {
        "c11_gpa": Forward(7.60, 0.11, 0.9717, 0.0012),
        "c22_gpa": Forward(7.46, 0.20, 0.9716, 0.0014),
        "c33_gpa": Forward(7.259, 0.09, 0.9736, 0.0008),
        "c21_gpa": Forward(9.6434, 0.3462, 0.9575, 0.0031),
        "c31_gpa": Forward(9.2863, 0.1511, 0.961, 0.0013),
        "c32_gpa": Forward(9.2004, 0.2123, 0.9608, 0.0017),
    },
    "VAE+GPR": {
        "c11_gpa": Forward(7.23, 0.15, 0.9729, 0.0015),
        "c22_gpa": Forward(6.97, 0.13, 0.9737, 0.0009),
        "c33_gpa": Forward(6.84, 0.11, 0.9752, 0.0013),
        "c21_gpa": Forward(8.1671, 0.1726, 0.9644, 0.0016),
        "c31_gpa": Forward(7.9095, 0.1849, 0.9676, 0.0020),
        "c32_gpa": Forward(8.0401, 0.1558, 0.9662, 0.0014),
    },
    "VAE+SVR": {
        "c11_gpa": Forward(6.76, 0.12, 0.9763, 0.0013),
        "c22_gpa": Forward(6.56, 0.11, 0.9764, 0.0010),
        "c33_gpa": Forward(6.43, 0.07, 0.9779, 0.0010),
        "c21_gpa": Forward(7.59, 0.15, 0.969, 0.0014),
        "c31_gpa": Forward(7.36, 0.17, 0.9717, 0.0023),
        "c32_gpa": Forward(7.58, 0.12, 0.9695, 0.0014),
    },
    "Reg-Only": {
        "c11_gpa": Forward(4.27, 0.29, 0.9923, 0.0009),
        "c22_gpa": Forward(4.16, 0.29, 0.9921, 0.0010),
        "c33_gpa": Forward(4.15, 0.3, 0.9923, 0.0011),
        "c21_gpa": Forward(5.82, 0.43, 0.9855, 0.0021),
        "c31_gpa": Forward(5.78, 0.67, 0.9858, 0.0031),
        "c32_gpa": Forward(6.0, 0.72, 0.9846, 0.0031),
    },
    "VAE-Reg": {
        "c11_gpa": Forward(3.99, 0.3, 0.9932, 0.0010),
        "c22_gpa": Forward(3.77, 0.18, 0.9933, 0.0010),
        "c33_gpa": Forward(3.82, 0.16, 0.9934, 0.0006),
        "c21_gpa": Forward(5.48, 0.32, 0.9872, 0.0011),
        "c31_gpa": Forward(5.33, 0.21, 0.9880, 0.0009),
        "c32_gpa": Forward(5.35, 0.23, 0.9880, 0.0018),
    },
}
"""Composite paper, Table 7 (C11, C22, C33) and Table 8 (C21, C31, C32): all six at once."""

_VECTOR: Final = {
    "vae_linear": "VAE+LIN",
    "vae_mlp": "VAE+NN",
    "vae_gpr": "VAE+GPR",
    "vae_svr": "VAE+SVR",
    "cnn": "Reg-Only",
    "gaussian": "VAE-Reg",
    "mixture": "VAE-Reg",
}
"""Our models by the paper's row. It does not say which prior its VAE-Reg had: both stand for it."""

FORWARD: Final[dict[Target, dict[str, dict[str, Forward]]]] = {
    "c11": {
        model: {"c11_gpa": _TABLE_1[row]}
        for model, row in {
            "vrh": "V-R-H Avg",
            "two_point_linear": "2pt Stats+Reg",
            "vae_gpr": "VAE + GPR",
            "cnn": "Reg-Only",
            "gaussian": "VAE-Reg",
            "mixture": "VAE-Reg",
        }.items()
    },
    "normal": {model: _TABLES_7_AND_8[row] for model, row in _VECTOR.items()},
}
"""Target, model, property: what the paper reports, for the models that it has."""
