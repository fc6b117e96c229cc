"""Whether generated chips are copies: how near they come to training chips.

See `pspflow.evaluation.copies`. A block of 8 x 8 pixels is what one code stands for; a training
chip counts mirrored too, as networks see it.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from pspflow.evaluation.copies import distances_to_training, nearness
from pspflow.evaluation.resampling import resamples
from pspflow.seeds import generator
from pspflow.studies.steel.generation.baseline import set_name
from pspflow.studies.steel.generation.compared import RealChips
from pspflow.studies.steel.generation.distances import Chips
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.generation.sets import Generated
from pspflow.studies.steel.morphology.moments import limits_of

TEST: Final = "test"


def copy_table(
    real: RealChips,
    test: Mapping[str, Chips],
    made: Mapping[str, Generated],
    options: GenerationOptions,
    seed: int,
) -> pd.DataFrame:
    """Tabulate how near generated and test chips of all domains come to training chips.

    Only networks that have seen all domains are looked at.

    Returns
    -------
    DataFrame
        `made`, `features`, `chips`, `test_chips`, `training_chips`, `distance`, `test_distance`,
        `least` and `test_least` (those of the nearest chip), `ratio` and `closer_share` with `_low`
        and `_high`, NaN where a domain has a single test micrograph; see `Nearness`.
    """
    units = np.concatenate([each.units for each in test.values()])
    sets = {TEST: np.concatenate([each.images for each in test.values()])}
    for name, each in made.items():
        for source in dict.fromkeys(each.table["source"]) if name.endswith("/all") else ():
            most = options.compared_chips
            at = np.concatenate([each.rows(source, domain, most) for domain in real.domains])
            if len(at):
                sets[set_name(name, source)] = each.at(at)
    training = real.some_training()
    weights = resamples(real.strata, options.resamples, generator(seed, "copies"))[:, units]
    resolved = all(real.resolved[domain] for domain in test)
    rows = []
    for kind, found in distances_to_training(sets, training).items():
        held_out = found.pop(TEST)
        for name, values in found.items():
            rng = generator(seed, "copies", kind, name)
            drawn = resamples(np.zeros(len(values), np.int64), options.resamples, rng)
            near = nearness(values, held_out, drawn, weights)
            row: dict[str, Any] = {
                "made": name,
                "features": kind,
                "chips": len(values),
                "test_chips": len(units),
            }
            row |= {"training_chips": len(training)}
            row |= {"distance": float(near.generated[0])}
            row |= {"test_distance": float(near.held_out[0])}
            row |= {"least": float(values.min()), "test_least": float(held_out.min())}
            for column, share in (("ratio", near.ratio), ("closer_share", near.closer)):
                keys = (column, f"{column}_low", f"{column}_high")
                ends = limits_of(share) if resolved else (float(share[0]), np.nan, np.nan)
                row |= dict(zip(keys, ends, strict=True))
            rows.append(row)
    return pd.DataFrame(rows)
