"""Chips that are compared: real ones with their micrographs, and generated ones."""

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.evaluation.resampling import resamples
from pspflow.io.imagesets import Micrographs
from pspflow.logs import log
from pspflow.microstructure.chips import halves
from pspflow.microstructure.loader import cut_chips
from pspflow.seeds import generator
from pspflow.studies.steel.generation.baseline import set_name
from pspflow.studies.steel.generation.distances import Chips
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.generation.sets import Generated, drawn_chips, tested_split


class RealChips:
    """Real chips of the study, and the codes of their micrographs."""

    def __init__(
        self,
        rows: pd.DataFrame,
        chips: pd.DataFrame,
        store: Micrographs,
        options: GenerationOptions,
        seed: int,
    ) -> None:
        self.rows, self._chips, self._store = rows, chips, store
        self._options, self._seed = options, seed
        self.split = tested_split(rows)
        self.domains = [name for name in dict.fromkeys(rows["domain"]) if self._measured(name)]
        if not self.domains:
            raise InputError(
                "no domain has test and training chips with two phases, so that nothing can be "
                "compared; look at the micrographs, or raise steel.images.chips.size_px."
            )
        self.micrographs, names = pd.factorize(rows["micrograph"])
        self.count = len(names)
        self._halves = halves(chips)
        first = rows.drop_duplicates("micrograph")
        self.strata = pd.factorize(first["domain"] + " " + first["split"])[0]
        self.resolved = {name: self._resolved(name) for name in dict.fromkeys(rows["domain"])}

    def _measured(self, domain: str) -> bool:
        """Tell whether test and training chips of a domain could be measured, and warn if not."""
        splits = (self.split, "train")
        lacking = [
            each for each in splits if not len(drawn_chips(self.rows, each, domain, 1, self._seed))
        ]
        if lacking:
            log.warning(
                "no %s chip of %s could be measured; its chips are not compared",
                *(" and no ".join(lacking), domain),
            )
        return not lacking

    def _resolved(self, domain: str) -> bool:
        here = (self.rows["domain"] == domain) & (self.rows["split"] == self.split)
        return len(set(self.rows.loc[here, "micrograph"])) > 1

    def chips(self, split: str, domain: str) -> Chips:
        """Cut the chips of a domain that are compared."""
        most = self._options.compared_chips
        at = drawn_chips(self.rows, split, domain, most, self._seed)
        return Chips(self.cut(at), self.micrographs[at], self._halves[at])

    def few(self, domain: str, most: int) -> np.ndarray:
        """Cut a few test chips (n, rows, columns) of a domain, spread over its micrographs."""
        at = drawn_chips(self.rows, self.split, domain, self._options.compared_chips, self._seed)
        return self.cut(at[np.linspace(0, len(at) - 1, min(most, len(at))).astype(np.int64)])

    def cut(self, at: np.ndarray) -> np.ndarray:
        """Cut chips (n, rows, columns) by their positions (n,) in the table."""
        return cut_chips(self._store, self._chips.iloc[at])

    def some_training(self, most: int | None = None) -> np.ndarray:
        """Cut training chips (n, rows, columns) of all domains: all, or a few drawn ones."""
        at = np.flatnonzero((self.rows["split"] == "train").to_numpy())
        if most is not None:
            at = np.sort(generator(self._seed, "grid").permutation(at)[:most])
        return self.cut(at)


def compared_sets(
    real: RealChips, made: dict[str, Generated], options: GenerationOptions, seed: int
) -> tuple[np.ndarray, dict[tuple[str, str], Chips]]:
    """Take the compared chips of every generated set, and resample them beside the micrographs.

    Returns
    -------
    draws, chosen
        (1 + R, U) weights of the micrographs, then of the generated chips; and by name of a set
        (see `set_name`) and domain its chips, coded by the columns of the draws.
    """
    parts = [resamples(real.strata, options.resamples, generator(seed, "resamples"))]
    first, chosen = real.count, {}
    for name, each in made.items():
        for source, domain in each.sets():
            if domain not in real.domains:
                continue
            at = each.rows(source, domain, options.compared_chips)
            if not len(at):
                log.warning("%s, %s: no chip of %s can be measured", name, source, domain)
                continue
            units = first + np.arange(len(at))
            chosen[set_name(name, source), domain] = Chips(each.at(at), units)
            rng = generator(seed, "resamples of chips", name, source, domain)
            parts.append(resamples(np.zeros(len(at), np.int64), options.resamples, rng))
            first += len(at)
    return np.concatenate(parts, axis=1), chosen
