"""What the papers report of localization, beside our own numbers.

Facts alone, each with the section that it is from.
"""

from typing import Final

LOCALIZATION_R2: Final = (0.65, 0.70)
"""Latent paper, section 4: CPNet's range of the squared Pearson correlation of strains."""
CPNET_PARAMETERS: Final = 902_183
"""Latent paper, section 4.3: trainable parameters of CPNet."""
FIELD_STATISTICS: Final = {
    "phase mean": ("1", 0.5506806080114989),
    "phase deviation": ("1", 0.4831280930966276),
    "strain mean": ("1", 0.000999999999876312),
    "strain deviation": ("1", 0.0008990865991095956),
    "stress mean": ("GPa", 0.038860694801369854),
    "stress deviation": ("GPa", 0.03840891767246447),
}
"""Latent paper, section 4.2: means over structures of the mean and the standard deviation of each
field, with their units."""
CELLS: Final = 6840
"""Latent paper, section 4: training structures."""
