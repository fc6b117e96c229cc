"""Stage: refined designs are certified."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite.certificates.certificate import certify as certificates_of
from pspflow.studies.composite.certificates.training_structures import (
    SetFiles,
    training_reference,
)
from pspflow.studies.composite.design.comparisons import RETRIEVAL, some
from pspflow.studies.composite.design.options import CertificateOptions
from pspflow.studies.composite.paths import (
    PhaseTable,
    SplitTable,
    StiffnessTable,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.composite.structures.solution import material_of
from pspflow.studies.paths import NamedStores, NamedTables
from pspflow.studies.stage import Threads, stage


@stage
def certify(
    *,
    designs: NamedTables,
    proposed: NamedStores,
    structures: StructureStore,
    table: StructureTable,
    phases: PhaseTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    certificates: Path,
    options: CertificateOptions = CertificateOptions(),
    solver: SolutionOptions = SolutionOptions(),
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Certify the refined designs of some targets, by training structures of the first run.

    Parameters
    ----------
    designs, proposed
        By target, c11 and normal, tables and stores of the first run as `refine` writes them.
    certificates
        Parquet table to write: one row per design; see `certify` of the module certificate.
    options
        Number of targets.
    solver
        Element and tolerance.
    """
    torch.set_num_threads(threads)
    material = material_of(read_table(phases))
    chosen = {target: _chosen(path, options.certified) for target, path in designs.items()}
    claims = {
        target: rows[[f"refined_{name}" for name in NORMAL]].to_numpy()
        for target, rows in chosen.items()
    }
    files = SetFiles(structures, table, stiffness, splits)
    designed = np.concatenate(list(claims.values()))
    reference = training_reference(files, designed, threads=threads)
    found = []
    for target, best in chosen.items():
        voxels = read_values(open_store(proposed[target]), PHASE)[best.index]
        said = certificates_of(voxels, claims[target], reference, material, solver, threads)
        kept = best[["network", "instance", "refined_error_percent"]].reset_index(drop=True)
        found.append(pd.concat([kept.assign(target=target), said], axis=1))
    write_table(certificates, pd.concat(found, ignore_index=True), origin)


def _chosen(designs: Path, instances: int) -> pd.DataFrame:
    """Choose each network's best design of some targets; the index is its place in the store."""
    made = read_table(designs).dropna(subset="refined_error_percent").reset_index(drop=True)
    wanted = some(np.unique(made["instance"]), instances)
    best = made[(made["network"] != RETRIEVAL) & made["instance"].isin(wanted)]
    best = best.sort_values("refined_error_percent", kind="stable")
    return best.drop_duplicates(["network", "instance"]).sort_index()
