"""What the papers report of localization, beside our own numbers.

Facts alone, each with the section that it is from.
"""

from typing import Final

LOCALIZATION_R2: Final = (0.65, 0.70)
"""Latent paper, section 4: CPNet's range of the squared Pearson correlation of strains."""
CPNET_PARAMETERS: Final = 902_183
"""Latent paper, section 4.3: trainable parameters of CPNet."""
