"""Simulated ShAPE experiments: process settings, precipitates and strength of three tempers.

A specimen is one extrusion of aluminium alloy 7075. Its feed rate goes on the sample sheet; the die
temperature and the deviations below stay hidden, so that no label can be derived from the structure
without error. Both heat treatments start from the specimen's own as-extruded structure, so that its
three tempers are correlated.

In the die, precipitates coarsen for the dwell time, which the feed rate ``v`` sets
(Lifshitz-Slyozov-Wagner). A faster feed strains the metal more and so forms more nuclei; a hotter
die dissolves some of them again::

    r³ = r_nucleus³ + k · (v_ref / v) · exp(-Q/R · (1/T - 1/T_ref))
    N  = N_ref · (v / v_ref)^m · exp(-s · (T - T_ref))

with mean radius ``r`` and number per area ``N``, each times a lognormal deviation. T5 (aged as
extruded) shrinks the precipitates; T6 (dissolved, quenched, aged) leaves fine and faint ones. In
both, a hidden share of them survives; the smaller this share, the smaller the precipitates.

The process window and the level of the strengths are those published for ShAPE 7075 tube (Whalen
et al., Light Metals 2021, doi:10.1007/978-3-030-65396-5_41). The other constants were chosen for a
similar appearance, not fitted: results on these specimens are evidence about a method, not about
the alloy.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np

Temper = Literal["as_extruded", "t5", "t6"]
"""State in which a specimen is imaged."""
HeatTreatment = Literal["t5", "t6"]
"""Treatment after the extrusion: T5 is aged as it is, T6 is dissolved, quenched and aged."""

TEMPERS: Final[tuple[Temper, ...]] = ("as_extruded", "t5", "t6")
"""The states in the order of the figures."""

FEED_RATE_RANGE_MM_MIN: Final = (3.0, 13.0)
FEED_RATE_REFERENCE_MM_MIN: Final = 7.0
# The controller keeps the die temperature nearly constant: coarsening is thermally activated, and a
# window of 100 K would hide the effect of the feed rate.
DIE_TEMPERATURE_RANGE_C: Final = (388.0, 412.0)
DIE_TEMPERATURE_REFERENCE_C: Final = 400.0

NUCLEUS_RADIUS_UM: Final = 0.07
COARSENING_UM3: Final = 0.19**3  # gain of r³ at the reference feed rate and temperature
ACTIVATION_TEMPERATURE_K: Final = 14_400.0  # Q/R of zinc diffusing in aluminium (120 kJ/mol)
DENSITY_REFERENCE_PER_UM2: Final = 0.45
DENSITY_FEED_EXPONENT: Final = 1.3
DISSOLUTION_PER_K: Final = 0.02

# Relative to the as-extruded specimen. The exponent is small because the surviving share scatters
# widely, and the order of the tempers by radius must not change.
SHRINKAGE: Final[dict[HeatTreatment, float]] = {"t5": 0.65, "t6": 0.46}
SURVIVAL_RANGE: Final[dict[HeatTreatment, tuple[float, float]]] = {
    "t5": (0.2, 1.0),
    "t6": (0.2, 1.0),
}
SHRINKAGE_EXPONENT: Final = 0.15

MATRIX_STRENGTH_MPA: Final[dict[HeatTreatment, float]] = {"t5": 430.0, "t6": 470.0}
SOLUTE_LOSS_MPA: Final = 600.0
OROWAN_MPA_UM: Final = 60.0

# Calibrated so that a support vector machine on persistence images of chips (128 px of 0.05 µm)
# classifies terciles of the label on held-out specimens about as well as on real micrographs:
# balanced accuracy 0.69, 0.67 and 0.62 from as extruded to T6 (mean of 14 sets of 32 specimens that
# the calibration had not used; 0.06 to 0.08 between sets) against about 0.70; chance is 0.33. Rank
# correlations in those sets: feed rate with strength in T5 and T6 0.77 and 0.73, T5 with T6 0.67.
# The labels depend on density; the radius scatters so that the area fraction cannot replace it.
RADIUS_SCATTER: Final = 0.08  # standard deviation of the logarithm
DENSITY_SCATTER: Final = 0.04  # standard deviation of the logarithm
STRENGTH_SCATTER_MPA: Final = 2.5


class _Appearance(NamedTuple):
    radius_cv: float
    irregularity: float
    contrast: float


# T6 keeps a wide relative spread of sizes: large precipitates are rare but do exist.
APPEARANCE: Final[dict[Temper, _Appearance]] = {
    "as_extruded": _Appearance(radius_cv=0.42, irregularity=0.22, contrast=0.38),
    "t5": _Appearance(radius_cv=0.35, irregularity=0.15, contrast=0.32),
    "t6": _Appearance(radius_cv=0.40, irregularity=0.08, contrast=0.23),
}


@dataclass(frozen=True)
class Precipitates:
    """Structure that the micrographs of one specimen in one temper share.

    Attributes
    ----------
    number_density_per_um2
        Precipitates per µm² of the section.
    mean_radius_um
        Mean radius in µm of the circles of equal area.
    radius_cv
        Standard deviation of the radius over its mean; the radii are lognormal.
    irregularity
        Standard deviation of the logarithm of the distance from boundary to centre.
    contrast
        Grey levels by which the brightest precipitates exceed the matrix, over the full scale.
    """

    number_density_per_um2: float
    mean_radius_um: float
    radius_cv: float
    irregularity: float
    contrast: float

    @property
    def area_fraction(self) -> float:
        """Share of the section covered by precipitates if none overlap."""
        mean_area_um2 = np.pi * self.mean_radius_um**2 * (1 + self.radius_cv**2)
        return float(self.number_density_per_um2 * mean_area_um2)


@dataclass(frozen=True)
class Specimen:
    """One experiment: the data on its sheet, and its hidden state.

    Attributes
    ----------
    name
        Name on the sample sheet.
    feed_rate_mm_min
        Feed rate in mm/min.
    die_temperature_c
        Hidden: die temperature in °C, never written to the sheet.
    radius_deviation, density_deviation
        Hidden: logarithms of the factors between the as-extruded structure and its laws.
    survival_t5, survival_t6
        Hidden: number of precipitates after the heat treatment over the number before it.
    strength_deviation_t5_mpa, strength_deviation_t6_mpa
        Hidden: measured strength minus the strengthening law, in MPa.
    """

    name: str
    feed_rate_mm_min: float
    die_temperature_c: float
    radius_deviation: float
    density_deviation: float
    survival_t5: float
    survival_t6: float
    strength_deviation_t5_mpa: float
    strength_deviation_t6_mpa: float

    @property
    def uts_t5_mpa(self) -> float:
        """Ultimate tensile strength in MPa of the T5 tube, as tested."""
        return strength_mpa(self.precipitates("t5"), "t5") + self.strength_deviation_t5_mpa

    @property
    def uts_t6_mpa(self) -> float:
        """Ultimate tensile strength in MPa of the T6 tube, as tested."""
        return strength_mpa(self.precipitates("t6"), "t6") + self.strength_deviation_t6_mpa

    def precipitates(self, temper: Temper) -> Precipitates:
        """Return the structure of this specimen in one temper.

        Parameters
        ----------
        temper
            One of `TEMPERS`.

        Raises
        ------
        KeyError
            If the temper is another.
        """
        radius_um, density_per_um2 = self._as_extruded()
        if temper != "as_extruded":
            middle = sum(SURVIVAL_RANGE[temper]) / 2
            survival = self.survival_t5 if temper == "t5" else self.survival_t6
            radius_um *= SHRINKAGE[temper] * (survival / middle) ** SHRINKAGE_EXPONENT
            density_per_um2 *= survival
        return Precipitates(density_per_um2, radius_um, *APPEARANCE[temper])

    def _as_extruded(self) -> tuple[float, float]:
        """Return mean radius (µm) and number density (1/µm²) by the module's two laws."""
        feed = self.feed_rate_mm_min / FEED_RATE_REFERENCE_MM_MIN
        excess_k = self.die_temperature_c - DIE_TEMPERATURE_REFERENCE_C
        inverse_k = 1 / (self.die_temperature_c + 273.15) - 1 / (
            DIE_TEMPERATURE_REFERENCE_C + 273.15
        )
        coarsening_um3 = COARSENING_UM3 / feed * np.exp(-ACTIVATION_TEMPERATURE_K * inverse_k)
        radius_um = np.cbrt(NUCLEUS_RADIUS_UM**3 + coarsening_um3) * np.exp(self.radius_deviation)
        density_per_um2 = DENSITY_REFERENCE_PER_UM2 * feed**DENSITY_FEED_EXPONENT
        density_per_um2 *= np.exp(self.density_deviation - DISSOLUTION_PER_K * excess_k)
        return float(radius_um), float(density_per_um2)


def strength_mpa(precipitates: Precipitates, treatment: HeatTreatment) -> float:
    """Return the ultimate tensile strength that the strengthening law gives, without scatter.

    ::

        uts = matrix(treatment) - solute_loss · f + orowan · sqrt(f) / r

    Precipitates bind solute that would have hardened the matrix, in proportion to their area
    fraction ``f``, and are bypassed at an Orowan stress that is proportional to ``sqrt(f) / r``,
    the inverse of their spacing. The coefficient is far above that of an Orowan loop around
    particles this large: the visible precipitates represent the finer ones that no micrograph
    resolves.

    Parameters
    ----------
    precipitates
        Structure after the treatment.
    treatment
        ``"t5"`` or ``"t6"``.

    Returns
    -------
    float
        Strength in MPa.

    Raises
    ------
    KeyError
        If the treatment is another.
    """
    fraction = precipitates.area_fraction
    orowan_mpa = OROWAN_MPA_UM * float(np.sqrt(fraction)) / precipitates.mean_radius_um
    return MATRIX_STRENGTH_MPA[treatment] - SOLUTE_LOSS_MPA * fraction + orowan_mpa


def simulate_specimens(count: int, seed: int) -> list[Specimen]:
    """Draw specimens; the i-th does not depend on how many follow it.

    Parameters
    ----------
    count
        Number of specimens.
    seed
        Seed of the set, not negative.

    Returns
    -------
    list of Specimen
        ``count`` specimens, named from ``shape-01``.

    Raises
    ------
    ValueError
        If the seed is negative.
    """
    return [_simulate_specimen(index, seed) for index in range(count)]


def _simulate_specimen(index: int, seed: int) -> Specimen:
    rng = np.random.default_rng([seed, index])
    return Specimen(
        name=f"shape-{index + 1:02d}",
        feed_rate_mm_min=rng.uniform(*FEED_RATE_RANGE_MM_MIN),
        die_temperature_c=rng.uniform(*DIE_TEMPERATURE_RANGE_C),
        radius_deviation=rng.normal(0, RADIUS_SCATTER),
        density_deviation=rng.normal(0, DENSITY_SCATTER),
        survival_t5=rng.uniform(*SURVIVAL_RANGE["t5"]),
        survival_t6=rng.uniform(*SURVIVAL_RANGE["t6"]),
        strength_deviation_t5_mpa=rng.normal(0, STRENGTH_SCATTER_MPA),
        strength_deviation_t6_mpa=rng.normal(0, STRENGTH_SCATTER_MPA),
    )
