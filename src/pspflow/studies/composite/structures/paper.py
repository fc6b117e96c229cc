"""What the papers report of their structures, beside our own numbers.

Facts alone: the composite paper's material, which its other numbers hold for and no other.
"""

from typing import Final

YOUNG_GPA: Final = (2.4, 120.0)
POISSON: Final = (0.3, 0.3)
SIGMAS_VOXELS: Final = (1.0, 3.0, 5.0, 7.0)
VOLUME_FRACTION_RANGE: Final = (0.25, 0.75)
"""Composite paper, section 2: phases, soft and stiff; widths of the smoothing; shares of stiff."""
EDGE_VOXELS: Final = 51
TRAINING_STRUCTURES: Final = 5300
RUNS: Final = 10
"""Composite paper, section 4: voxels along an edge, training structures (about), random splits."""
PAIR_MORPHOLOGIES: Final = ((7.0, 1.0, 1.0), (1.0, 7.0, 7.0))
PAIR_STRUCTURES: Final = 280
"""Composite paper, Figure 2: the morphologies of inverse design; about 140 structures of each."""
ALIKE_FRACTIONS: Final = (0.7449, 0.2602)
ALIKE_C11_GPA: Final = 25.0
"""Composite paper, Figure 2: shares of the stiff phase in two structures of about this C11."""
