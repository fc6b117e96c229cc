"""Textures for several targets: proposed, checked and ranked."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.logs import log
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.studies.texture.design.checks import checked
from pspflow.studies.texture.design.designs import FAR_PERCENT, Proposed, Texture, propose, table_of
from pspflow.studies.texture.design.models import Models
from pspflow.studies.texture.design.quantities import values_of
from pspflow.studies.texture.design.reach import Reach, UnreachableError, missed
from pspflow.studies.texture.design.targets import Target
from pspflow.studies.texture.plasticity.truth import GroundTruth


class Designs(NamedTuple):
    """Textures for targets, and what they are compared with."""

    table: pd.DataFrame
    """One row per texture, the best first; see `designs.table_of`."""
    textures: list[Texture]
    """In the order of the table: coefficients and orientations."""
    proposed: Mapping[str, Proposed]
    """What was proposed for each target, and from what."""
    unreachable: Mapping[str, Reach]
    """The nearest to targets for which nothing is designed."""


def design_textures(
    targets: Sequence[Target],
    models: Models,
    truth: GroundTruth,
    candidates: int = 64,
    designs: int = 3,
    seed: int = 0,
    *,
    skip: bool = False,
) -> Designs:
    """Make textures of wanted anisotropy, and check each.

    Parameters
    ----------
    targets
        What is wanted: see `targets.target_of_wish`, `targets.read_targets` and
        `targets.checked_target`.
    models
        See `models.load_models`.
    truth
        What checks them: that of the models, see `models.truth_of`.
    candidates
        Textures that the flow draws for each target.
    designs
        The best of them by the forward model, which are checked; as many are retrieved.
    seed
        Seed of what is drawn.
    skip
        Design nothing for a target that no texture comes near, and warn, instead of refusing it.

    Raises
    ------
    InputError
        If no texture comes near what is wanted; with `skip`, near any target.
    """
    pool = models.process.predict(models.pool.coefficients)
    found: dict[str, Proposed] = {}
    unreachable: dict[str, Reach] = {}
    for each in targets:
        try:
            found[each.name] = propose(each, models, pool, candidates, designs, seed)
        except UnreachableError as error:
            if not skip:
                raise
            log.warning("%s Nothing is designed for it.", error)
            unreachable[each.name] = error.reach
    if not found:
        raise InputError(
            f"No texture comes near any target ({', '.join(unreachable)}): change them; the log "
            "names what is reachable."
        )
    targets = [each for each in targets if each.name in found]
    textures = [texture for each in found.values() for texture in each.textures]
    answers = checked(textures, models, truth)
    table = table_of(textures, {each.name: each for each in targets}, *answers, models)
    _say_missed(targets, table)
    order = table.pop("place")
    return Designs(table, [textures[place] for place in order], found, unreachable)


def _say_missed(targets: Sequence[Target], table: pd.DataFrame) -> None:
    """Warn of targets that no design comes near."""
    for target in targets:
        best = table[(table["target"] == target.name) & (table["origin"] == "design")].iloc[0]
        if best["checked_error_percent"] > FAR_PERCENT:
            parameters = best[list(PARAMETER_NAMES)].to_numpy(np.float64)
            reached = values_of(target.names, parameters[None])[0]
            log.warning(
                "%s: the best checked design misses what is wanted by %.0f %%: %s",
                *(target.name, best["checked_error_percent"], missed(target, reached)),
            )
