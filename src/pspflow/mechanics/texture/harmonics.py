"""Tables of the symmetrised generalised spherical harmonics, cubic–orthorhombic, up to l = 12.

A cubic harmonic K and an orthorhombic surface harmonic k of the same degree l give the function
T̂(g) = ⟨k(y), K(g y)⟩ of the orientation g, an element of the irreducible representation of degree
l. Both are real combinations of spherical harmonics Y_lm, so T̂ is real. Bunge's g is a rotation
about z by φ1, about x by Φ and about z by φ2. The first and the last multiply Y_lm by a phase; the
middle one is exp(-iΦ J_x), a Fourier series in Φ whose terms are products of the eigenvectors of
J_x. A cubic K has m = 0, 4, 8, 12 and an orthorhombic k one even n alone, so that

    T̂ = cos(n φ1) Σ P[m, q] cos(m φ2) cos(q Φ) + sin(n φ1) Σ Q[m, q] sin(m φ2) cos(q Φ),

with q = 0 … 12: two small products of matrices for all 36 functions.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from pspflow.mechanics.texture.orientations import Floats

DEGREE = 12
CRYSTAL_ORDERS = np.arange(0, DEGREE + 1, 4)
SPECIMEN_ORDERS = np.arange(0, DEGREE + 1, 2)
EIGENVALUE_ONE = 1 - 1e-6


class Harmonics(NamedTuple):
    """The functions in the order of the coefficients: by l, then cubic harmonic, then specimen."""

    degrees: np.ndarray
    """l, int64, shape ``(36,)``."""
    specimen: np.ndarray
    """Index u of the specimen's harmonic from 1, the first of a coefficient's name."""
    crystal: np.ndarray
    """Index v of the cubic harmonic from 1, the second of a coefficient's name."""
    orders: np.ndarray
    """n of the specimen's harmonic, even."""
    crystal_vectors: Floats
    """Amplitudes of cos(m β) (even l) or sin(m β) in K, shape ``(36, 4)`` for m = 0, 4, 8, 12."""
    cosines: Floats
    """P, shape ``(4 * 13, 36)``."""
    sines: Floats
    """Q, shape ``(4 * 13, 36)``."""


@cache
def harmonics() -> Harmonics:
    """Return the tables; arrays are kept for the next call and cannot be written to."""
    rows = []
    for degree in range(1, DEGREE + 1):
        vectors = _eigenvectors(degree)
        even = degree % 2 == 0
        # odd degrees have sines alone, which the order 0 has not
        orders = [n for n in SPECIMEN_ORDERS if n <= degree and (even or n > 0)]
        for v, cubic in enumerate(_cubic_harmonics(degree, vectors), 1):
            for u, order in enumerate(orders, 1):
                tables = _tables(degree, vectors, cubic, int(order))
                rows.append((degree, u, v, int(order), cubic, *tables))
    degrees, specimen, crystal, numbers, cubics, cosines, sines = zip(*rows, strict=True)
    whole = [np.array(each) for each in (degrees, specimen, crystal, numbers)]
    floats = [
        np.array(cubics),
        *(np.array(each).reshape(len(rows), -1).T.copy() for each in (cosines, sines)),
    ]
    for array in (*whole, *floats):
        array.flags.writeable = False
    return Harmonics(*whole, *floats)


def _eigenvectors(degree: int) -> Floats:
    """Return those of J_x, one a column, for the eigenvalues and rows -l … l."""
    m = np.arange(-degree, degree)
    ladder = np.sqrt(degree * (degree + 1) - m * (m + 1)) / 2
    return np.linalg.eigh(np.diag(ladder, 1) + np.diag(ladder, -1))[1]


def _real_harmonic(degree: int, order: int) -> np.ndarray:
    """Return the amplitudes of Y_lm in √2 Re Y (even l) or √2 Im Y (odd l), m = -l … l."""
    vector = np.zeros(2 * degree + 1, complex)
    if degree % 2 == 0:
        vector[[degree - order, degree + order]] = 1 if order == 0 else np.sqrt(0.5)
    elif order:
        vector[degree + order], vector[degree - order] = -1j * np.sqrt(0.5), 1j * np.sqrt(0.5)
    return vector


def _cubic_harmonics(degree: int, vectors: Floats) -> list[Floats]:
    """Return the amplitudes of the cubic harmonics of a degree, each of shape (4,).

    Orders 0, 4, 8, 12 of one parity have the symmetry of a square prism. What a quarter turn about
    x also leaves unchanged is cubic. Within the space of these, the first harmonic has the largest
    positive amplitude at the lowest order and later ones have none there, as in Bunge's tables.
    """
    basis = np.zeros((len(CRYSTAL_ORDERS), 2 * degree + 1), complex)
    for index, m in enumerate(int(m) for m in CRYSTAL_ORDERS if m <= degree):
        basis[index] = _real_harmonic(degree, m)
    values = np.exp(-0.5j * np.pi * np.arange(-degree, degree + 1))
    turn = (basis.conj() @ (vectors * values) @ vectors.T @ basis.T).real
    eigenvalues, columns = np.linalg.eigh((turn + turn.T) / 2)
    kept = columns[:, eigenvalues > EIGENVALUE_ONE]
    projector = kept @ kept.T
    found: list[Floats] = []
    for lowest in range(len(CRYSTAL_ORDERS)):
        rest = projector[:, lowest] - sum(each * each[lowest] for each in found)
        size = float(np.linalg.norm(rest))
        if size > 1e-6 and len(found) < kept.shape[1]:
            found.append(rest / size)
    return found


def _tables(degree: int, vectors: Floats, cubic: Floats, order: int) -> tuple[Floats, Floats]:
    """Return P and Q of one function, each of shape (4, 13)."""
    cosines = np.zeros((len(CRYSTAL_ORDERS), DEGREE + 1))
    sines = np.zeros_like(cosines)
    specimen = _real_harmonic(degree, order).conj()
    frequency = np.abs(np.arange(-degree, degree + 1))
    for index, amplitude in enumerate(cubic):
        m = int(CRYSTAL_ORDERS[index])
        if m > degree or amplitude == 0:
            continue
        crystal = amplitude * _real_harmonic(degree, m)
        for i in {degree - m, degree + m}:
            for j in {degree - order, degree + order}:
                series = np.bincount(frequency, vectors[i] * vectors[j], DEGREE + 1)
                factor = (specimen[j] * crystal[i]).real
                cosines[index] += factor * series
                sines[index] -= np.sign((i - degree) * (j - degree)) * factor * series
    return cosines, sines
