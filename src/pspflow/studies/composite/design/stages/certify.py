"""Stage: refined designs are certified."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite.certificates.certificate import certify as certificates_of
from pspflow.studies.composite.certificates.certificate import fit_reference
from pspflow.studies.composite.design.comparisons import RETRIEVAL, some
from pspflow.studies.composite.design.options import CertificateOptions
from pspflow.studies.composite.paths import PhaseTable, SplitTable, StructureStore, StructureTable
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.rows import FIRST_RUN, read_split, rows_of
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
    splits: SplitTable,
    certificates: Path,
    options: CertificateOptions = CertificateOptions(),
    solver: SolutionOptions = SolutionOptions(),
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Certify the refined designs of some targets, by the training structures of the first run.

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
    rows = read_split(splits, FIRST_RUN)
    names = rows["structure"][rows["split"] == "train"].to_numpy()
    every = pd.Index(read_table(table)["structure"])
    training = read_values(open_store(structures), PHASE)[every.get_indexer(names)]
    kinds = rows_of(table, names, splits)["morphology"].to_numpy()
    reference = fit_reference(training, kinds, names, threads)
    material = material_of(read_table(phases))
    found = []
    for target, path in designs.items():
        made = read_table(path).dropna(subset="refined_error_percent").reset_index(drop=True)
        instances = some(np.unique(made["instance"]), options.certified)
        best = made[(made["network"] != RETRIEVAL) & made["instance"].isin(instances)]
        best = best.sort_values("refined_error_percent", kind="stable")
        best = best.drop_duplicates(["network", "instance"]).sort_index()
        voxels = read_values(open_store(proposed[target]), PHASE)[best.index]
        claimed = best[[f"refined_{name}" for name in NORMAL]].to_numpy()
        said = certificates_of(voxels, claimed, reference, material, solver, threads)
        kept = best[["network", "instance", "refined_error_percent"]].reset_index(drop=True)
        found.append(pd.concat([kept.assign(target=target), said], axis=1))
    write_table(certificates, pd.concat(found, ignore_index=True), origin)
