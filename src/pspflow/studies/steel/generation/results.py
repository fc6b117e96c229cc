"""Tables of the chapter, and the rows of them that findings, headline and section are made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pspflow.studies.steel.generation.making import PRIOR
from pspflow.studies.steel.generation.moments import GENERATED, REAL, TRAINING
from pspflow.studies.steel.morphology.moments import FRACTION, MEAN, PATH


@dataclass(frozen=True)
class Results:
    """Tables of the chapter, and what they are of."""

    moments: pd.DataFrame
    distances: pd.DataFrame
    baseline: pd.DataFrame
    copies: pd.DataFrame
    domains: Sequence[str]
    """By the first condition, lowest first."""
    papers_domains: bool
    """Whether the domains are the paper's; for others it has no values."""
    differences: Sequence[str]
    """What forbids a comparison with the paper's values."""
    against: str
    """What errors are against: test chips, and of what."""
    simulated: bool

    @property
    def models(self) -> list[str]:
        """The models of codes whose chips are of all domains."""
        rows = self.moments
        made = rows[(rows["set"] == GENERATED) & (rows["trained_on"] == "all")]
        return list(dict.fromkeys(made["code_model"]))

    def made(
        self,
        model: str,
        quantity: str,
        moment: str,
        trained_on: str = "all",
        source: str = PRIOR,
    ) -> pd.DataFrame:
        """Return the rows of generated chips by domain (index), in the order of the domains."""
        rows = self.moments
        here = rows[
            (rows["set"] == GENERATED)
            & (rows["code_model"] == model)
            & (rows["trained_on"] == trained_on)
            & (rows["source"] == source)
            & (rows["quantity"] == quantity)
            & (rows["moment"] == moment)
            & (rows["domain"] != "")
        ]
        found = here.set_index("domain")
        return found.loc[[name for name in self.domains if name in found.index]]

    def real(self, quantity: str, moment: str) -> pd.Series:
        """Return the values of real test chips by domain."""
        rows = self.moments
        here = (rows["set"] == REAL) & (rows["quantity"] == quantity) & (rows["moment"] == moment)
        return rows[here].set_index("domain")["value"].reindex(self.domains)

    def training_errors(self, quantity: str, moment: str) -> pd.Series:
        """Return by domain the errors of real training chips: what other micrographs differ by."""
        rows = self.moments
        here = (rows["quantity"] == quantity) & (rows["moment"] == moment)
        return rows[here & (rows["set"] == TRAINING)].set_index("domain")["error"]

    def overlapping(self, model: str, quantity: str) -> int:
        """Count the pairs of means next to each other whose intervals overlap."""
        rows = self.made(model, quantity, MEAN).sort_values("value")
        low, high = rows["low"].to_numpy(np.float64), rows["high"].to_numpy(np.float64)
        return int((high[:-1] > low[1:]).sum())

    def worst(self, model: str, quantity: str, moment: str) -> pd.Series | None:
        """Return the row of the largest error, of all domains; None where there is none."""
        rows = self.made(model, quantity, moment).dropna(subset="error")
        if rows.empty:
            return None
        return rows.loc[rows["error"].abs().idxmax()]

    def in_order(self, model: str) -> dict[str, bool]:
        """Tell by quantity whether generated means are in the order of the real ones."""
        found = {}
        for quantity in (FRACTION, PATH):
            means = {"ours": self.made(model, quantity, MEAN)["value"]}
            known = pd.DataFrame({**means, "real": self.real(quantity, MEAN)}).dropna()
            ours, real = (np.argsort(known[name].to_numpy()) for name in known)
            found[quantity] = bool(len(known) and np.array_equal(ours, real))
        return found

    @property
    def held_out(self) -> pd.DataFrame:
        """The rows of chips that networks made for a domain that they have not seen."""
        rows = self.moments
        return rows[(rows["set"] == GENERATED) & (rows["trained_on"] == "held_out")]

    def between(self, model: str, quantity: str, domain: str) -> bool | None:
        """Tell whether the mean of a held-out domain's chips lies between its neighbours'.

        The neighbours' chips are made by the networks that have seen all domains. None for a domain
        that has one neighbour, or where no chip of one of the three could be measured.
        """
        at = list(self.domains).index(domain)
        if not 0 < at < len(self.domains) - 1:
            return None
        sides = self.made(model, quantity, MEAN)["value"]
        low, high = sorted((sides[self.domains[at - 1]], sides[self.domains[at + 1]]))
        value = self.made(model, quantity, MEAN, "held_out")["value"][domain]
        return None if np.isnan([low, value, high]).any() else bool(low < value < high)
