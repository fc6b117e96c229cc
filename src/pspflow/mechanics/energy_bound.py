"""How far the energy of conjugate gradients is above its minimum."""

SPREAD = 10  # energies that fall by more than this factor are asked for more accurately


class EnergyBound:
    """An upper bound of the error of the energy, from the numbers that the iteration has anyway.

    The energy exceeds its minimum by at most a factor times the square of the residual's norm. The
    factor starts at the reciprocal of the lowest eigenvalue and falls as the iteration learns the
    spectrum.

    Parameters
    ----------
    lowest
        A lower bound of the eigenvalues of the preconditioned operator, above 0.
    energy
        Energy at the start.
    uniform
        Energy at uniform strain.
    least
        A lower bound of the energy at the end, above 0.
    rounding
        Error that rounding leaves in the energy while it falls.
    accuracy
        Largest error wanted, relative to the energy. Where the energy falls to less than a tenth
        of `uniform`, less is wanted in proportion: the stress of rigid inclusions holds hardly any
        energy.
    resolved
        Energy below which the precision of the fields does not give that accuracy.

    Attributes
    ----------
    squared
        Square of the residual's norm so far.

    References
    ----------
    Meurant and Tichý 2013, "On computing quadrature-based bounds for the A-norm of the error in
    conjugate gradients", Numer. Algorithms 62, 163.
    """

    def __init__(
        self,
        lowest: float,
        energy: float,
        uniform: float,
        least: float,
        rounding: float,
        accuracy: float,
        resolved: float = 0.0,
    ) -> None:
        # an eigenvalue below the bound by rounding would make it too small
        self._lowest = 0.999 * lowest
        self._energy = energy
        self._uniform = uniform
        self._least = least
        self._rounding = rounding
        self._accuracy = accuracy
        self._resolved = resolved
        self._worst = self._factor = 1 / self._lowest
        self.squared = 0.0

    @property
    def error(self) -> float:
        """Largest excess of the energy over its minimum."""
        return self._factor * self.squared

    @property
    def met(self) -> bool:
        """Whether the error is as small as wanted."""
        energy = max(self._energy - self._rounding, self._least)
        return self.error <= self._accuracy * energy * min(1.0, SPREAD * energy / self._uniform)

    @property
    def hopeless(self) -> bool:
        """Whether the energy has fallen below what the precision resolves."""
        return self._energy < self._resolved

    def begin(self, squared: float) -> None:
        """Take in the square of the first residual's norm."""
        self.squared = squared

    def advance(self, step: float, squared: float) -> None:
        """Take in the step of an iteration, and the square of the residual's norm after it."""
        self._energy -= step * self.squared
        gap = self._factor - step
        denominator = self._lowest * gap + squared / self.squared
        self._factor = min(self._worst, gap / denominator) if gap > 0 else self._worst
        self.squared = squared
