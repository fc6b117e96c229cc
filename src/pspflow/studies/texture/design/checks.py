"""Textures checked by the ground truth; what is known already is not asked for again."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from pspflow.logs import log
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.studies.texture.design.designs import Texture
from pspflow.studies.texture.design.models import Models
from pspflow.studies.texture.design.quantities import Floats
from pspflow.studies.texture.plasticity.answers import Answers
from pspflow.studies.texture.plasticity.exchange import AwaitingMeasurements
from pspflow.studies.texture.plasticity.truth import GroundTruth
from pspflow.studies.texture.textures.store import Grains

UNMEASURED = "not measured yet"


class Checked(NamedTuple):
    """What the ground truth says of textures."""

    parameters: Floats
    """`n x 54`, NaN where there are none."""
    failures: dict[int, str]
    """Why there are none, by the place of the texture."""


def checked(textures: Sequence[Texture], models: Models, truth: GroundTruth) -> Checked:
    """Ask the ground truth for the parameters of textures.

    Those of observed textures are taken from what was observed. A laboratory that has not measured
    a texture yet is asked for it, and it has no parameters until then.

    Parameters
    ----------
    textures
        Designs and retrieved textures, `n`.
    models
        Models that they are from.
    truth
        The ground truth.
    """
    known = dict(zip(models.observed.tolist(), models.parameters, strict=True))
    parameters = np.full((len(textures), len(PARAMETER_NAMES)), np.nan)
    failures: dict[int, str] = {}
    places = []
    for place, texture in enumerate(textures):
        if texture.texture in known:
            parameters[place] = known[texture.texture]
        else:
            places.append(place)
    for answers, asked in _calls(places, truth, textures):
        for one, place in enumerate(asked):
            if answers is None:
                failures[place] = UNMEASURED
                continue
            parameters[place] = answers.parameters[one]
            if one in answers.failures:
                failures[place] = answers.failures[one]
    waiting = sum(failure == UNMEASURED for failure in failures.values())
    if waiting:
        log.warning(
            "%d designs and retrieved textures are predictions only: their orientations are "
            "written for measurement; fill in the table, and run again",
            waiting,
        )
    for place, failure in failures.items():
        if failure != UNMEASURED:
            log.warning(
                "%s: a texture has no checked parameters: %s", textures[place].target, failure
            )
    return Checked(parameters, failures)


def _calls(
    places: list[int], truth: GroundTruth, textures: Sequence[Texture]
) -> Iterator[tuple[Answers | None, list[int]]]:
    """Yield answers, None where a measurement is awaited, and the places that they are for."""
    if not places:
        return
    asked = {place: (textures[place].grains, _name(textures[place])) for place in places}
    try:
        yield truth.parameters(*zip(*asked.values(), strict=True)), places
    except AwaitingMeasurements:
        # some may be measured already
        for place, (grains, name) in asked.items():
            try:
                yield truth.parameters([grains], [name]), [place]
            except AwaitingMeasurements:
                yield None, [place]


def _name(texture: Texture) -> str:
    """Name a texture by what it is: another one never has the same name."""
    grains: Grains = texture.grains
    digest = hashlib.blake2b(digest_size=5)
    for part in grains:
        digest.update(np.ascontiguousarray(part).tobytes())
    return f"{texture.origin}_{texture.target}_{digest.hexdigest()}"
