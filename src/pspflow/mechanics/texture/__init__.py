"""Textures of cubic crystals in orthorhombic specimens: arrays in, arrays out.

Read `orientations` for the convention of angles and `gsh` for that of coefficients.
"""

from pspflow.mechanics.texture.components import (
    COMPONENTS,
    component_fractions,
    component_orientation,
)
from pspflow.mechanics.texture.distances import (
    coefficient_distance,
    sampling_distances,
    specimen_asymmetry,
    texture_distances,
    transport_distance,
)
from pspflow.mechanics.texture.gsh import basis, coefficients, names, odf, texture_index
from pspflow.mechanics.texture.hull import HullPoint, check_in_hull, nearest_texture
from pspflow.mechanics.texture.maximum_entropy import (
    MaximumEntropyError,
    SmoothTexture,
    first_smooth_texture,
    maximum_entropy_texture,
)
from pspflow.mechanics.texture.orientations import check_orientations, check_weights
from pspflow.mechanics.texture.pole_figures import (
    pole_figure,
    pole_figure_of_coefficients,
    pole_grid,
)
from pspflow.mechanics.texture.pool import Candidates, Recipes, draw_recipes, make_candidates
from pspflow.mechanics.texture.representatives import representative_orientations
from pspflow.mechanics.texture.sampling import (
    random_orientations,
    scattered_orientations,
    uniform_orientations,
)
from pspflow.mechanics.texture.sections import odf_sections, section_angles
from pspflow.mechanics.texture.symmetry import (
    disorientation_angles,
    equivalent_orientations,
    symmetrise,
)
from pspflow.mechanics.texture.weighting import fitted_weights

__all__ = [
    "COMPONENTS",
    "Candidates",
    "HullPoint",
    "MaximumEntropyError",
    "Recipes",
    "SmoothTexture",
    "basis",
    "check_in_hull",
    "check_orientations",
    "check_weights",
    "coefficient_distance",
    "coefficients",
    "component_fractions",
    "component_orientation",
    "disorientation_angles",
    "draw_recipes",
    "equivalent_orientations",
    "first_smooth_texture",
    "fitted_weights",
    "make_candidates",
    "maximum_entropy_texture",
    "names",
    "nearest_texture",
    "odf",
    "odf_sections",
    "pole_figure",
    "pole_figure_of_coefficients",
    "pole_grid",
    "random_orientations",
    "representative_orientations",
    "sampling_distances",
    "scattered_orientations",
    "section_angles",
    "specimen_asymmetry",
    "symmetrise",
    "texture_distances",
    "texture_index",
    "transport_distance",
    "uniform_orientations",
]
