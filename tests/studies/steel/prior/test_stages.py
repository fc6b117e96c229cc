"""PixelCNN is trained on codes, compared with independent ones and described, on small maps."""

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.io.weights import load_weights
from pspflow.report.section import Section
from pspflow.studies.steel.images.options import Condition
from pspflow.studies.steel.prior.conditions import TrainedCondition
from pspflow.studies.steel.prior.likelihood import DIFFERENCE, EVERY, INDEPENDENT, PIXELCNN
from pspflow.studies.steel.prior.maps import read_maps
from pspflow.studies.steel.prior.options import PriorOptions, TrainingOptions
from pspflow.studies.steel.prior.stages import train as train_stage
from pspflow.studies.steel.prior.stages.independent import independent
from pspflow.studies.steel.prior.stages.likelihood import likelihood
from pspflow.studies.steel.prior.stages.section import section
from pspflow.studies.steel.prior.stages.train import CrossEntropy, train
from pspflow.studies.steel.prior.trained import load_prior

ORIGIN = Provenance("test", {}, None, {})
RATES = {"slow": 1.0, "middle": 3.0, "fast": 30.0}
CODES, CHIPS, HELD_OUT, FAILED = 4, 5, "middle", 2
SPLITS = ("train", "train", "validation", "test", "test")
OPTIONS = TrainingOptions(
    channels=4,
    layers=2,
    batch_size=8,
    learning_rate=0.01,
    max_epochs=6,
    conditions=(Condition(column="rate_c_s", log=True),),
    held_out=HELD_OUT,
)
ARMS = {
    "all/process": {},
    "held_out/process": {"trained_on": "held_out"},
    "all/properties": {"conditioning": "properties"},
}


def striped(rng, rate):
    """Draw a map of stripes, which start from lower codes and change less often at slow rates."""
    slow = rate < 10
    starts = rng.integers(CODES // 2, size=(3, 1)) + (0 if slow else CODES // 2)
    steps = rng.random((3, 4)) < (0.1 if slow else 0.4)
    return ((starts + steps.cumsum(axis=1)) % CODES).astype(np.uint16)


@pytest.mark.parametrize("log", [True, False])
def test_a_condition_that_never_changes_has_no_scale(log):
    """What its mean rounds is not taken for a deviation: any other value stays a small number."""
    for value, count in itertools.product((0.1, 3.0, 6.5, 1e-4, 900.7), (3, 7, 49, 1000)):
        found = TrainedCondition.of(Condition(column="a", log=log), np.full(count, value))
        assert found.scale == 1, (value, count)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Write codes of the chips of a table, not all of them and not in its order, and the table."""
    folder, rng, rows = tmp_path_factory.mktemp("codes"), np.random.default_rng(0), []
    for domain, rate in RATES.items():
        for number, split in enumerate(SPLITS):
            for chip in range(CHIPS):
                name = f"{domain}{number}"
                known = {"chip_id": f"{name}:{chip}", "micrograph": name, "specimen": name}
                known |= {"domain": domain, "split": split, "rate_c_s": rate, "failure": ""}
                known |= {"ferrite_fraction": rng.random(), "mean_free_path_px": 5 + rng.random()}
                rows.append(known)
    table = pd.DataFrame(rows)
    table.loc[: FAILED - 1, ["ferrite_fraction", "mean_free_path_px"]] = np.nan
    table.loc[: FAILED - 1, "failure"] = "one phase"
    position = rng.permutation(len(table))[: len(table) - 3]
    position = np.union1d(position, range(FAILED))
    maps = [striped(rng, table["rate_c_s"][at]) for at in position]
    write_table(folder / "measures.parquet", table, ORIGIN)
    with new_store(folder / "codes.zarr", ORIGIN) as group:
        group.attrs["codes"] = CODES
        both = np.stack([[each, each[:, ::-1]] for each in maps])
        put_array(group, "codes", both, ("chip", "flip", "row", "column"), "1")
        put_array(group, "position", position, ("chip",), "1")
    return {"codes": folder / "codes.zarr", "measures": folder / "measures.parquet"}


def trained(inputs, folder, arm, **changes):
    """Train one arm and return its weights and history."""
    paths = {"weights": folder / arm / "w.safetensors", "history": folder / arm / "h.parquet"}
    train(code_model="vq", **{**ARMS[arm], **inputs, **paths, "options": OPTIONS, **changes})
    return load_weights(paths["weights"])[0], read_table(paths["history"])


@pytest.fixture(scope="module")
def made(inputs, tmp_path_factory):
    """Run all stages once."""
    folder = tmp_path_factory.mktemp("prior")
    for arm in ARMS:
        trained(inputs, folder, arm)
    independent(**inputs, frequencies=folder / "independent.parquet", smoothing=1.0)
    likelihood(
        weights={arm: folder / arm / "w.safetensors" for arm in ARMS},
        codes=dict.fromkeys(("all", "held_out"), inputs["codes"]),
        measures=inputs["measures"],
        likelihood=folder / "likelihood.parquet",
    )
    section(
        histories={f"vq/{arm}": folder / arm / "h.parquet" for arm in ARMS},
        likelihoods={"vq": folder / "likelihood.parquet"},
        figures=folder / "figures",
        section=folder / "section.json",
        held_out=HELD_OUT,
        simulated=True,
        options=PriorOptions(channels=4),
    )
    written = Section.model_validate_json(read_section(folder / "section.json")[0])
    return SimpleNamespace(
        folder=folder,
        likelihood=read_table(folder / "likelihood.parquet"),
        frequencies=read_table(folder / "independent.parquet"),
        section=written,
        priors={
            arm: load_prior(folder / arm / "w.safetensors", torch.device("cpu")) for arm in ARMS
        },
    )


def test_a_training_learns_and_is_named(made):
    """The training loss falls; provenance names the codes, the domains and the conditions."""
    history = read_table(made.folder / "all/process/h.parquet")
    assert history["training_loss"].iloc[-1] < history["training_loss"].iloc[0] - 0.1
    record = table_provenance(made.folder / "held_out/process/h.parquet")
    names = ("code_model", "trained_on", "conditioning")
    assert [record["options"][name] for name in names] == ["vq", "held_out", "process"]


@pytest.mark.parametrize("arm", ARMS)
def test_a_network_sees_its_own_chips_alone(inputs, arm, tmp_path, monkeypatch):
    """Of its splits and domains, in both orientations, each with its own conditions."""
    seen = []

    def noted(*given):
        seen.append(given)
        if len(seen) == 2:
            raise InterruptedError
        return given

    monkeypatch.setattr(train_stage, "Pairs", noted)
    with pytest.raises(InterruptedError):
        trained(inputs, tmp_path, arm)
    maps = read_maps(**inputs)
    for split, (codes, conditions) in zip(("train", "validation"), seen, strict=True):
        here = maps.chips["split"] == split
        if arm == "held_out/process":
            here &= maps.chips["domain"] != HELD_OUT
        if arm == "all/properties":
            here &= maps.chips["failure"] == ""
            assert split == "validation" or (maps.chips["failure"][here.index] != "").any()
        expected = maps.codes[here.to_numpy()]
        assert (codes[::2].numpy() == expected[:, 0]).all()
        assert (codes[1::2].numpy() == expected[:, 0, :, ::-1]).all()
        columns = ["rate_c_s"] if arm != "all/properties" else ["ferrite_fraction"]
        order = maps.chips.loc[here, columns[0]].rank().to_numpy()
        assert (pd.Series(conditions[::2, 0].numpy()).rank() == order).all()
        if split == "train":
            assert torch.allclose(conditions.mean(dim=0), torch.zeros(1), atol=1e-5)
            assert torch.allclose(conditions.std(dim=0, correction=0), torch.ones(1), atol=1e-5)


def test_a_broken_training_ends_in_the_same_weights(inputs, made, tmp_path, monkeypatch):
    """Stopped in its third epoch and started again, it ends bit by bit as an unbroken one."""
    training = CrossEntropy.training

    def stop(self, batch, epoch, number):
        if (epoch, number) == (2, 1):
            raise RuntimeError("killed")
        return training(self, batch, epoch, number)

    monkeypatch.setattr(CrossEntropy, "training", stop)
    with pytest.raises(RuntimeError, match="killed"):
        trained(inputs, tmp_path, "all/process")
    monkeypatch.undo()
    assert list(tmp_path.rglob("last.ckpt"))
    again, history = trained(inputs, tmp_path, "all/process")
    whole, _ = load_weights(made.folder / "all/process/w.safetensors")
    assert all(torch.equal(whole[name], again[name]) for name in whole)
    assert len(history) == OPTIONS.max_epochs
    assert not list(tmp_path.rglob("resume"))


def test_maps_follow_from_the_generator_alone(made):
    """More maps, another batch size, another generator: only the last changes the first maps."""
    prior, values = made.priors["all/process"], np.array([[1.0], [30.0], [6.5]])
    first = prior.sample(values, (3, 4), np.random.default_rng(0))
    assert first.shape == (3, 3, 4)
    assert first.dtype == np.int64
    assert set(np.unique(first)) <= set(range(CODES))
    more = prior.sample(np.tile(values, (50, 1)), None, np.random.default_rng(0))
    assert (more[:3] == first).all()
    assert (prior.sample(values, (3, 4), np.random.default_rng(1)) != first).any()
    assert prior.sample(values, (5, 2), np.random.default_rng(0)).shape == (3, 5, 2)


def test_conditions_matter(made):
    """Maps of slow and of fast cooling are likelier under their own rate."""
    prior, rng = made.priors["all/process"], np.random.default_rng(5)
    for own, other in ((1.0, 30.0), (30.0, 1.0)):
        maps = np.stack([striped(rng, own) for _ in range(200)])
        likely, unlikely = (
            prior.log_likelihood(maps, np.full((200, 1), rate)).mean() for rate in (own, other)
        )
        assert likely > unlikely


def test_values_outside_the_training_are_named(made):
    """One sentence for each condition, with the range and the unit's column; none inside."""
    prior = made.priors["held_out/process"]
    assert prior.outside(np.array([[1.0], [30.0], [3.0]])) == ()
    (said,) = prior.outside(np.array([[0.5], [3.0], [40.0]]))
    assert said.startswith("rate_c_s 0.5, 40: outside the range of the training, 1 to 30;")
    properties = made.priors["all/properties"]
    names = [each.name for each in properties.conditions]
    assert names == ["ferrite_fraction", "mean_free_path_px"]
    assert len(properties.outside(np.array([[2.0, 1e6]]))) == 2
    with pytest.raises(InputError, match="rate_c_s is 0; give a number above 0"):
        prior.sample(np.array([[0.0]]), (3, 4), np.random.default_rng(0))
    with pytest.raises(InputError, match="the conditions are ferrite_fraction, mean_free_path_px"):
        properties.sample(np.array([[0.5]]), (3, 4), np.random.default_rng(0))


def test_frequencies_are_those_of_training_chips(inputs, made):
    """Of both orientations; no code is impossible, and each domain's sum to one."""
    maps = read_maps(**inputs)
    for domain, rows in made.frequencies.groupby("domain"):
        here = (maps.chips["domain"] == domain) & (maps.chips["split"] == "train")
        codes = maps.codes[here.to_numpy()]
        for code, frequency in zip(rows["code"], rows["frequency"], strict=True):
            expected = ((codes == code).sum() + 1) / (codes.size + CODES)
            assert frequency == pytest.approx(expected)
        assert rows["frequency"].sum() == pytest.approx(1)


def test_likelihoods_are_those_of_test_chips(inputs, made):
    """Each micrograph counts once; the difference is that of the two sources, chip by chip."""
    table = made.likelihood.set_index(["trained_on", "conditioning", "source", "domain"])
    maps = read_maps(**inputs)
    tested = maps.where((maps.chips["split"] == "test").to_numpy())
    values = tested.chips[["rate_c_s"]].to_numpy()
    logs = [made.priors["all/process"].log_likelihood(tested.codes[:, f], values) for f in (0, 1)]
    nats = tested.chips.assign(nats=-np.mean(logs, axis=0) / 12)
    means = nats.groupby(["domain", "micrograph"])["nats"].mean()
    row = table.loc[("all", "process", PIXELCNN, EVERY)]
    assert row["nats_per_code"] == pytest.approx(means.mean(), rel=1e-5)
    assert row["micrographs"] == 6
    slow = table.loc[("all", "process", PIXELCNN, "slow")]
    half = 12.7062 * means["slow"].std(ddof=1) / np.sqrt(2)  # Student's t, 1 degree of freedom
    assert slow["high"] - slow["nats_per_code"] == pytest.approx(half, rel=1e-4)
    for key, rows in made.likelihood.groupby(["trained_on", "conditioning", "domain"]):
        one = rows.set_index("source")["nats_per_code"]
        assert one[DIFFERENCE] == pytest.approx(one[PIXELCNN] - one[INDEPENDENT]), key
    assert (
        0 < table.loc[("all", "process", INDEPENDENT, EVERY), "nats_per_code"] < 2 * np.log(CODES)
    )


def test_the_section_says_what_its_tables_say(made):
    """Its verdicts are those of the intervals, its figures lie in their folder."""
    said = " ".join(made.section.findings)
    table = made.likelihood.set_index(["trained_on", "conditioning", "source", "domain"])
    for arm, domain in zip(ARMS, (EVERY, HELD_OUT, EVERY), strict=True):
        row = table.loc[(*arm.split("/"), DIFFERENCE, domain)]
        assert f"{row['nats_per_code']:+.3f} by " in said
    assert f"simulated test chips of the domain that it did not see, {HELD_OUT}" in said
    for figure in made.section.figures:
        name = figure.name.removeprefix("prior_")
        assert figure.png == (made.folder / f"figures/{name}.png").read_bytes()
    training, tested = made.section.parts
    assert [len(each.cells) for each in training.tables[:1]] == [3]
    departed = [row[0] for row in training.tables[1].cells]
    assert {"channels of every layer", "test chips", "conditioning properties"} <= set(departed)
    assert len(tested.tables[0].cells) == len(made.likelihood)


def test_unfit_inputs_are_named(inputs, tmp_path):
    """A condition that the table lacks, and a split without chips."""
    lacking = OPTIONS.model_copy(update={"conditions": (Condition(column="carbon"),)})
    with pytest.raises(
        InputError, match=r"no column 'carbon'; name it in steel\.images\.conditions"
    ):
        trained(inputs, tmp_path, "all/process", options=lacking)
    table = read_table(inputs["measures"])
    changed = tmp_path / "measures.parquet"
    write_table(changed, table.assign(split="test"), ORIGIN)
    with pytest.raises(InputError, match="no chip of split 'train' has codes"):
        trained({**inputs, "measures": changed}, tmp_path, "all/process")
