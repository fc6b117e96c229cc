"""Stage: one loop of an arm is run, from one set of first observations."""

from pathlib import Path

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.paths import NamedStores, NamedTables
from pspflow.studies.stage import AUTO, Device, Index, Seed, Threads, stage
from pspflow.studies.texture.loop.arms import ARMS
from pspflow.studies.texture.loop.files import FILES
from pspflow.studies.texture.loop.inputs import read_checks
from pspflow.studies.texture.loop.iterations import Loop
from pspflow.studies.texture.loop.observations import PoolTruth
from pspflow.studies.texture.loop.options import ArmName, LoopOptions
from pspflow.studies.texture.loop.outputs import Finished, write_loop
from pspflow.studies.texture.loop.state import LoopState
from pspflow.studies.texture.paths import TextureTable
from pspflow.studies.texture.plasticity.files import class_files
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.tables import NAME
from pspflow.studies.texture.plasticity.truth import ground_truth
from pspflow.studies.texture.textures.store import open_textures
from pspflow.training.session import prepare


@stage
def run(
    *,
    arm: ArmName,
    start: Index = 0,
    textures: NamedStores,
    table: TextureTable,
    parameters: NamedTables,
    made: Path,
    options: LoopOptions = LoopOptions(),
    truth: PlasticityOptions = PlasticityOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Observe textures one after another, and learn the forward and the inverse model from them.

    A loop that is killed goes on where it was when it is started again, and ends with the same
    bytes. So does one whose ground truth is a table, when more of it is filled in.

    Parameters
    ----------
    arm
        How textures are chosen.
    start
        Which set of first observations.
    textures
        pool=PATH validation=PATH test=PATH: Zarr stores of the textures of the sets.
    table
        Table of the pool.
    parameters
        validation=PATH test=PATH: tables of their anisotropy parameters.
    made
        Folder to write: history.parquet, seconds.parquet, observed.parquet, trips.zarr,
        gp.safetensors and flow.safetensors.
    options
        Options of the loop.
    truth
        Where the parameters of candidates come from.

    Raises
    ------
    InputError
        If the ground truth has no answer yet, too few textures have parameters, or a flow does not
        train.
    """
    if arm not in ARMS:
        raise InputError(f"Arm {arm} observes the whole pool at once: use stage full.")
    prepare(threads, seed)
    pool = open_textures(textures["pool"])
    names = read_table(table)[NAME].tolist()
    checks, trips = read_checks(textures, parameters, options)
    if truth.source == "python":
        # a loop that was begun with another version of the class does not go on
        origin = origin.including({"class": class_files(str(truth.python))})
    loop = Loop(
        arm=ARMS[arm],
        start=start,
        pool=pool.coefficients,
        checks=checks,
        truth=PoolTruth(
            ground_truth(truth, threads),
            pool,
            names,
            at_once={"taylor": threads, "python": 1, "table": None}[truth.source],
            may_change=truth.source == "table",
        ),
        options=options,
        seed=seed,
        device=device,
    )
    state = LoopState(origin.resume_folder(made / FILES["history"]), origin)
    loop.run(state)
    rows = state.iterations()
    flow, sizes = state.flow(len(rows) - 1, device)
    finished = Finished(
        rows=rows,
        observations=state.log.observations,
        process=loop.fitted_process(state, rows[-1]["observations"]),
        textures=pool.coefficients[state.log.textures()],
        outputs=state.log.outputs(),
        flow=flow,
        sizes=sizes,
        samples=(state.samples(number) for number in range(len(rows))),
        trips=trips,
    )
    write_loop(made, finished, names, origin)
    state.remove()
