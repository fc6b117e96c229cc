"""The stage that decides, before anything is learned, which structures train and test."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.microstructure.splits import apportion
from pspflow.seeds import generator
from pspflow.studies.composite.data_options import SplitOptions


def split(
    *, table: Path, splits: Path, options: SplitOptions = SplitOptions(), seed: int = 0
) -> None:
    """Decide which structures train, validate and test, once for every run.

    Parameters
    ----------
    table
        Table of the structures.
    splits
        Parquet table to write: run, structure, split.
    options
        Shares, and the number of runs.
    seed
        Seed of the draws.

    Raises
    ------
    InputError
        If there are fewer specimens than splits.
    """
    rows = read_table(table)
    count, wanted = rows["specimen"].nunique(), sum(share > 0 for share in options.shares.values())
    if count < wanted:
        raise InputError(
            f"{table}: {count} specimens cannot be split into {wanted} parts; add specimens, or "
            "give each structure a specimen of its own where they are independent."
        )
    drawn = [
        pd.DataFrame(
            {
                "run": run,
                "structure": rows["structure"],
                "split": draw(rows, options.shares, generator(seed, "composite split", run)),
            }
        )
        for run in range(options.runs)
    ]
    origin = Provenance.of("composite split", {"table": table}, options, seed)
    write_table(splits, pd.concat(drawn), origin)


def draw(rows: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator) -> pd.Series:
    """Give each specimen, with all its structures, to one split.

    Specimens stand in line by morphology, at random within one, and the members of each split are
    spread evenly along the line: every morphology comes to every split about as its share is.

    Parameters
    ----------
    rows
        Columns specimen, morphology; one row a structure.
    shares
        Share of the specimens of each split; they sum to 1.
    rng
        Source of the draw.

    Returns
    -------
    Split of each row.
    """
    kinds = rows.groupby("specimen")["morphology"].agg(lambda names: "\0".join(sorted(set(names))))
    shuffled = kinds.iloc[rng.permutation(len(kinds))]
    order = {kind: place for place, kind in enumerate(rng.permutation(kinds.unique()))}
    line = shuffled.iloc[np.argsort(shuffled.map(order).to_numpy(), kind="stable")].index
    counts = apportion(len(line), shares)
    places = [((k + 0.5) / n, name) for name, n in counts.items() for k in range(n)]
    names = [name for _, name in sorted(places, key=lambda place: place[0])]
    return rows["specimen"].map(dict(zip(line, names, strict=True)))
