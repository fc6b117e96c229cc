"""The properties a structure is modelled by, and the words for them."""

from typing import Final, Literal

Target = Literal["c11", "normal"]
"""What a model predicts: one component of the stiffness, or its block of normal components."""
C11: Final = ("c11_gpa",)
NORMAL: Final = ("c11_gpa", "c22_gpa", "c33_gpa", "c21_gpa", "c31_gpa", "c32_gpa")
"""Components that are not negligible for these structures, in the order of composite paper, C.3."""
TARGETS: Final[dict[Target, tuple[str, ...]]] = {"c11": C11, "normal": NORMAL}
POSITIONS: Final = ((0, 0), (1, 1), (2, 2), (1, 0), (2, 0), (2, 1))
"""Row and column of each of `NORMAL` in the block."""


def symbol(component: str) -> str:
    """Write a component of the stiffness without its unit: C11 for c11_gpa."""
    return component.removesuffix("_gpa").upper()
