"""Loops: how arms differ, and that a killed loop ends as an unbroken one."""

import filecmp
import importlib
import multiprocessing
import os
import signal
from contextlib import suppress

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.io.weights import load_weights
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.models.texture import flow_training
from pspflow.studies.texture.loop.files import FILES
from pspflow.studies.texture.loop.observations import random_order
from pspflow.studies.texture.loop.stages.full import full
from pspflow.studies.texture.loop.state import LoopState
from pspflow.studies.texture.textures.store import open_textures
from pspflow.studies.texture.trained_models import load_flow, load_process

from .conftest import OPTIONS, TRUTH, inputs

FIRST = OPTIONS.first
WRITES = ("append", "save_process", "save_flow", "save_iteration")


@pytest.fixture(scope="module")
def whole(looped, tmp_path_factory):
    """Return the folders of unbroken loops, by arm."""
    folder = tmp_path_factory.mktemp("whole")
    return {
        arm: looped(folder / arm, arm)
        for arm in ("active", "random", "active_batch", "active_warm")
    }


def observed(folder):
    """Return the textures that a loop observed, in order."""
    return read_table(folder / FILES["observed"])["texture"].tolist()


def history(folder):
    """Return the table of the iterations of a loop."""
    return read_table(folder / FILES["history"])


def assert_same(one, two):
    """Compare all artefacts but the seconds, bit by bit."""
    for kind in set(FILES) - {"seconds"}:
        name = FILES[kind]
        if name.endswith(".safetensors"):  # the order of its header is not fixed
            tensors, model = load_weights(one / name)
            others, other_model = load_weights(two / name)
            assert tensors.keys() == others.keys()
            assert model == other_model
            assert all(torch.equal(tensors[key], others[key]) for key in tensors)
            continue
        inside = [path.relative_to(one) for path in (one / name).rglob("*") if path.is_file()]
        for file in inside or [name]:
            assert filecmp.cmp(one / file, two / file, shallow=False), file


@pytest.mark.parametrize("arm", ["active", "active_batch", "active_warm"])
def test_a_loop_that_is_killed_again_and_again_ends_as_an_unbroken_one(
    arm, whole, looped, tmp_path, monkeypatch
):
    """Every start comes four writes further, wherever it then is; all artefacts are the same."""
    made = tmp_path / arm
    left = 0

    def breaks(original):
        def write(self, *arguments):
            nonlocal left
            if not left:
                raise KeyboardInterrupt
            left -= 1
            return original(self, *arguments)

        return write

    for name in WRITES:
        monkeypatch.setattr(LoopState, name, breaks(getattr(LoopState, name)))
    starts = 0
    while starts < 100 and not (made / FILES["history"]).exists():
        left, starts = 4, starts + 1
        with suppress(KeyboardInterrupt, SystemExit):
            looped(made, arm)
    assert starts > 5
    assert_same(whole[arm], made)
    assert not (made / "resume").exists()


def test_after_sigkill_in_the_training_of_a_flow_the_loop_goes_on(whole, looped, tmp_path):
    """A process is killed in the second epoch of the second flow; another one ends the loop."""

    def killed():
        trainings = iter(range(100))
        train = flow_training.generator

        def kills(seed, *purpose):
            if purpose == ("epoch", 1) and next(trainings) == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return train(seed, *purpose)

        flow_training.generator = kills
        looped(tmp_path / "made", "active")

    process = multiprocessing.get_context("fork").Process(target=killed)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    (state,) = (tmp_path / "made/resume").iterdir()
    kept = {path.name: path.stat().st_mtime_ns for path in state.glob("process-*")}
    assert len(kept) == 1 + OPTIONS.flow_every
    assert len(list(state.glob("flow-*"))) == 1
    looped(tmp_path / "made", "active")
    assert_same(whole["active"], tmp_path / "made")


def test_a_state_belongs_to_its_options_and_seed(whole, looped, tmp_path, monkeypatch):
    """What another seed began is not taken up."""

    def breaks(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LoopState, "save_flow", breaks)
        with pytest.raises((KeyboardInterrupt, SystemExit)):
            looped(tmp_path, "active", seed=1)
    looped(tmp_path, "active")
    assert_same(whole["active"], tmp_path)


def test_arms_start_alike_and_differ_in_what_they_choose(whole):
    """First observations, first models and streams are the same; then the next textures are not."""
    first, second = (history(whole[arm]).iloc[0] for arm in ("active", "random"))
    assert first.equals(second)
    active, random, batch = (observed(whole[arm]) for arm in ("active", "random", "active_batch"))
    assert active[:FIRST] == random[:FIRST] == batch[:FIRST]
    assert active[FIRST:] != random[FIRST : len(active)]
    # of a batch the first is what active takes: both know the same then
    assert active[FIRST] == batch[FIRST]
    for each in (active, random, batch):
        assert len(set(each)) == len(each)
    assert len(random) == OPTIONS.random_observations
    assert history(whole["random"])["observations"].tolist() == [6, 9, 12, 15, 19, 24]


def test_a_start_is_a_set_of_first_textures(whole):
    """They are the first of an order that another start draws anew."""
    orders = [random_order(0, start, 60).tolist() for start in (0, 1)]
    assert observed(whole["active"])[:FIRST] == orders[0][:FIRST]
    assert observed(whole["random"]) == orders[0][: OPTIONS.random_observations]
    assert set(orders[0][:FIRST]) != set(orders[1][:FIRST])


def test_the_determinant_decides(whole, data):
    """The last texture has a large determinant of the covariance, computed densely."""
    pool = open_textures(data / "pool.zarr").coefficients
    rows = observed(whole["active"])
    process = load_process(whole["active"] / FILES["process"])
    outputs = load_weights(whole["active"] / FILES["process"])[0]["observed_properties"].numpy()
    # with the last fit instead of that before the choice: hardly another ranking
    before = process.conditioned(pool[rows[:-1]], outputs[:-1])
    left = np.setdiff1d(np.arange(len(pool)), rows[:-1])
    determinants = np.linalg.slogdet(before.predict(pool[left]).covariance())[1]
    assert rows[-1] in left[np.argsort(-determinants)[:3]]


def test_flows_differ_by_what_was_observed_alone(whole):
    """New flows have the same permutations, whatever the arm; a warm one goes on."""
    arms = ("active", "random", "active_warm")
    flows = {arm: load_weights(whole[arm] / FILES["flow"])[0] for arm in arms}
    assert observed(whole["active_warm"]) == observed(whole["active"])
    for name, tensor in flows["active"].items():
        if name.endswith("w_perm"):
            assert torch.equal(tensor, flows["random"][name])
            assert torch.equal(tensor, flows["active_warm"][name])
    assert any(
        not torch.equal(each, flows["active_warm"][n]) for n, each in flows["active"].items()
    )


def test_artefacts_are_what_later_chapters_read(whole, data):
    """Models load, rows fit one another, and drawn textures are as many as the options say."""
    folder = whole["active"]
    table, rows = read_table(folder / FILES["observed"]), history(folder)
    known = read_table(data / "pool-parameters.parquet").set_index("texture")
    expected = known.loc[table["texture"], list(PARAMETER_NAMES)].to_numpy()
    np.testing.assert_array_equal(table[list(PARAMETER_NAMES)].to_numpy(), expected)
    assert rows["stopped"].iloc[-1].startswith("The limit of 15 observations")
    assert (rows["stopped"].iloc[:-1] == "").all()
    seconds = read_table(folder / FILES["seconds"])
    assert (seconds["seconds_gp"] > 0).all()
    store = open_store(folder / FILES["trips"])
    samples = read_values(store, "samples")
    assert samples.shape == (len(rows), OPTIONS.trip_textures, OPTIONS.trip_samples, 36)
    assert read_values(store, "textures").tolist() == [0, 5, 10, 14, 19]
    process = load_process(folder / FILES["process"])
    assert process.predict(samples[-1, 0]).mean().shape == (OPTIONS.trip_samples, 35)
    flow = load_flow(folder / FILES["flow"])
    assert flow.sample(torch.zeros(1, 35), 2, seed=0).shape == (1, 2, 36)


def test_it_stops_when_the_likelihood_has_settled(looped, tmp_path):
    """With a wide tolerance after one iteration more than the window; random does not stop."""
    options = OPTIONS.model_copy(update={"tolerance": 1e3, "window": 1})
    rows = history(looped(tmp_path / "active", "active", options=options))
    assert len(rows) == 2
    assert "less than 1000" in rows["stopped"].iloc[-1]
    rows = history(looped(tmp_path / "random", "random", options=options))
    assert rows["observations"].iloc[-1] == OPTIONS.random_observations


@pytest.mark.parametrize("arm", ["active", "active_batch", "random"])
def test_failures_are_recorded_and_never_used(arm, whole, looped, data, tmp_path, monkeypatch):
    """The first texture and the first that is chosen have no equilibrium: others are taken."""
    cheap_truth = importlib.import_module("cheap_truth")
    pool = open_textures(data / "pool.zarr").coefficients
    failing = [observed(whole[arm])[place] for place in (0, FIRST)]
    monkeypatch.setattr(cheap_truth, "FAILS", {round(float(pool[t, 0]), 6) for t in failing})
    table = read_table(looped(tmp_path, arm) / FILES["observed"])
    failed = table[table["failure"] != ""]
    assert failing[0] in failed["texture"].tolist()
    assert failed[list(PARAMETER_NAMES)].isna().all(axis=None)
    assert failed["failure"].str.contains("no equilibrium").all()
    assert len(table) - len(failed) == history(tmp_path)["observations"].iloc[-1]
    process, _ = load_weights(tmp_path / FILES["process"])
    rows = table.loc[table["failure"] == "", "texture"]
    np.testing.assert_array_equal(process["observed_textures"].numpy(), pool[rows])


def test_full_learns_from_the_whole_pool(data, tmp_path):
    """One iteration; its process knows every candidate."""
    full(made=tmp_path, **inputs(data), options=OPTIONS, device="cpu")
    rows = history(tmp_path)
    assert rows["observations"].tolist() == [60]
    assert len(observed(tmp_path)) == 60
    assert len(load_weights(tmp_path / FILES["process"])[0]["observed_textures"]) == 60
    assert not (tmp_path / "resume").exists()


def test_full_is_no_arm_of_a_loop(looped, tmp_path):
    """It has a stage of its own, which needs no ground truth."""
    with pytest.raises(InputError, match="use stage full"):
        looped(tmp_path, "full", truth=TRUTH)
