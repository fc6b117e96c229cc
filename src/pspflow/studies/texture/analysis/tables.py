"""The tables of an analysis: one per thing, units in the names of the columns."""

import numpy as np
import pandas as pd

from pspflow.io.textures import Orientations
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.mechanics.texture import names, odf_sections, section_angles
from pspflow.mechanics.texture.gsh import DEGREES
from pspflow.studies.texture.analysis.measured import Analysis
from pspflow.studies.texture.analysis.plastic import ANGLES_DEG
from pspflow.studies.texture.drawing import ALL_DEG


def tables_of(texture: Orientations, found: Analysis) -> dict[str, pd.DataFrame]:
    """Make all tables, by the names of their files."""
    return {
        "summary": summary(texture, found),
        "coefficients": coefficient_table(found),
        "odf": odf_table(found),
        "components": component_table(found),
        "points": point_table(texture, found),
        "in_plane": in_plane_table(found),
        "parameters": parameter_table(found),
    }


def summary(texture: Orientations, found: Analysis) -> pd.DataFrame:
    """List what is one number each."""
    sheets = {"as_measured": found.as_given, "symmetrised": found.symmetric}
    rows = [
        ("points", len(texture), "1"),
        ("points_left_out", sum(texture.left_out.values()), "1"),
        ("effective_points", found.effective_points, "1"),
        ("texture_index_to_l_12", found.texture_index, "1"),
        ("odf_error_of_independent_points", found.odf_error, "multiples of random"),
        ("asymmetry", np.rad2deg(found.asymmetry.transport_rad), "degrees"),
        ("asymmetry_ruler", np.rad2deg(found.asymmetry.ruler_rad), "degrees"),
        ("mean_taylor_factor", found.mean_taylor_factor, "1"),
        ("random_taylor_factor", found.random_taylor_factor, "1"),
        *((f"mean_r_value_{name}", sheet.mean_r_value, "1") for name, sheet in sheets.items()),
        *((f"delta_r_{name}", sheet.planar_anisotropy, "1") for name, sheet in sheets.items()),
    ]
    if found.sample is not None:
        rows += [
            ("plasticity_points", len(found.sample.weights), "1"),
            ("sample_distance", found.sample.reached.coefficients, "multiples of random"),
            ("sample_distance_ruler", found.sample.ruler.coefficients, "multiples of random"),
        ]
    return pd.DataFrame(rows, columns=["quantity", "value", "unit"])


def coefficient_table(found: Analysis) -> pd.DataFrame:
    """List the GSH coefficients: C4_21 is the second of the specimen, the first of the crystal."""
    return pd.DataFrame({"name": names(), "l": DEGREES, "coefficient": found.coefficients})


def odf_table(found: Analysis) -> pd.DataFrame:
    """List the ODF up to l = 12 on a grid of 5°."""
    values = odf_sections(found.coefficients, np.deg2rad([*ALL_DEG, 90]))
    angles = np.rad2deg(section_angles()).round(6)
    phi2, phi, phi1 = np.meshgrid([*ALL_DEG, 90.0], angles, angles, indexing="ij")
    columns = {"phi1_deg": phi1, "Phi_deg": phi, "phi2_deg": phi2, "density_mrd": values}
    return pd.DataFrame({name: each.ravel() for name, each in columns.items()})


def component_table(found: Analysis) -> pd.DataFrame:
    """List the volume fractions of the standard components beside those of a random texture."""
    rows = [
        (name, share, found.random_fractions[name], share / found.random_fractions[name])
        for name, share in found.fractions.items()
    ]
    return pd.DataFrame(rows, columns=["component", "fraction", "random_fraction", "times_random"])


def point_table(texture: Orientations, found: Analysis) -> pd.DataFrame:
    """List the Taylor factor of every point, with its position where the file is a map."""
    columns: dict[str, np.ndarray] = {}
    if texture.positions is not None:
        columns = {"x": texture.positions[:, 0], "y": texture.positions[:, 1]}
    for name, angles in zip(("phi1", "Phi", "phi2"), texture.angles_rad.T, strict=True):
        columns[f"{name}_deg"] = np.rad2deg(angles).round(5)
    columns |= {"weight": texture.weights, "taylor_factor": found.taylor_factors.round(6)}
    return pd.DataFrame(columns)


def in_plane_table(found: Analysis) -> pd.DataFrame:
    """List yield stress and r-value over the angle to the rolling direction."""
    columns: dict[str, object] = {"angle_deg": ANGLES_DEG}
    for name, sheet in (("", found.as_given), ("_symmetrised", found.symmetric)):
        columns[f"yield_stress{name}"] = sheet.tension.yield_stress
        columns[f"r_value{name}"] = sheet.tension.r_value
    return pd.DataFrame(columns)


def parameter_table(found: Analysis) -> pd.DataFrame:
    """List the 54 anisotropy parameters of the orientations as they are, and symmetrised."""
    given, symmetric = found.as_given.parameters, found.symmetric.parameters
    return pd.DataFrame(
        {
            "parameter": PARAMETER_NAMES,
            "as_measured": given,
            "symmetrised": symmetric,
            "difference": symmetric - given,
        }
    )
