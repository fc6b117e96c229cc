"""Training of models of codes: exact resume, crops, and the cure of collapse."""

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.imagesets import Micrographs
from pspflow.io.tables import read_table
from pspflow.io.weights import load_weights
from pspflow.models.steel.vqvae import VQVAE
from pspflow.studies.steel.codes.chips import encoded_chips, few_of_each, split_chips
from pspflow.studies.steel.codes.losses import CodeLoss, centre_crops, random_crops
from pspflow.studies.steel.codes.training import CodeTraining, perplexity
from pspflow.training.data import ChipTargets, in_order, shuffled
from pspflow.training.gather import ChipGather
from pspflow.training.optimisers import Adam
from pspflow.training.session import prepare

from .small_set import CHIP, OPTIONS, trained

CPU = torch.device("cpu")


def same(first, second):
    """Return whether two files hold the same weights, bit by bit."""
    one, two = (load_weights(path)[0] for path in (first, second))
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def test_the_history_says_what_becomes_of_losses_and_codes(models):
    """The terms of equation 4, and how validation chips use the codebook."""
    history = read_table(models["vq"].history)
    terms = ["loss", "reconstruction", "codebook", "commitment"]
    use = ["validation_loss", "perplexity", "dead_codes", "kept"]
    assert list(history) == ["epoch", *[f"training_{term}" for term in terms], *use]
    parts = history[["training_reconstruction", "training_codebook", "training_commitment"]]
    np.testing.assert_allclose(history["training_loss"], parts.sum(axis=1), rtol=1e-5)
    assert (history["perplexity"] + history["dead_codes"] <= OPTIONS.codes + 1e-9).all()
    assert "training_codebook" not in read_table(models["fsq"].history)


@pytest.mark.fault(
    "a kill of a training of a VQ-VAE, at any step",
    "the same command goes on from the last epoch and ends with the same bytes",
    "the epoch that was running",
)
@pytest.mark.parametrize("epoch", [1, 2])
def test_a_killed_training_ends_as_an_unbroken_one(models, steel_set, tmp_path, monkeypatch, epoch):
    """Stopped in an epoch whose start restarted codes, it ends in the same weights, bit by bit."""
    step = CodeLoss.training

    def breaks(self, batch, at, number):
        if (at, number) == (epoch, 1):
            raise KeyboardInterrupt
        return step(self, batch, at, number)

    monkeypatch.setattr(CodeLoss, "training", breaks)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        trained(steel_set, tmp_path)
    monkeypatch.undo()
    again = trained(steel_set, tmp_path)
    assert same(again.weights, models["vq"].weights)
    history = read_table(models["vq"].history)
    assert history.equals(read_table(again.history))
    assert history["dead_codes"].max() > 0, "there was nothing to restart"


def test_crops_of_the_whole_size_are_whole_chips(steel_set, tmp_path):
    """They train the same weights as no crops at all."""
    whole, crops = (
        trained(
            steel_set,
            tmp_path / str(px),
            options=OPTIONS.model_copy(
                update={"crop_px": px, "max_epochs": 1, "continuous_steps": 2}
            ),
        )
        for px in (None, CHIP)
    )
    assert same(whole.weights, crops.weights)


def test_networks_without_a_domain_never_see_it(steel_set, tmp_path, monkeypatch):
    """Neither training nor validation has a chip of it, and the other models' chips stay."""
    seen = []
    gather = ChipGather.of
    monkeypatch.setattr(
        ChipGather, "of", lambda store, chips: seen.append(chips) or gather(store, chips)
    )
    few = OPTIONS.model_copy(update={"max_epochs": 1, "continuous_steps": 2})
    for trained_on in ("held_out", "all"):
        trained(steel_set, tmp_path / trained_on, trained_on=trained_on, options=few)
    without, with_all = seen[:2], seen[2:]
    for less, more, split in zip(without, with_all, ("train", "validation"), strict=True):
        assert set(less["domain"]) == {"slow", "fast"}
        assert set(less["split"]) == set(more["split"]) == {split}
        assert set(more["domain"]) == {"slow", "medium", "fast"}


def test_chips_are_drawn_by_micrograph(steel_set):
    """At most as many as asked of each, the same for every model, and encoded ones of all."""
    rows = steel_set.rows
    drawn = split_chips(rows, "train", 2, seed=3)
    assert (rows.iloc[drawn].groupby("micrograph").size() == 2).all()
    assert np.array_equal(drawn, split_chips(rows, "train", 2, seed=3))
    assert rows.iloc[encoded_chips(rows, 2, 0)]["micrograph"].nunique() == 15
    examples = rows.iloc[few_of_each(rows, 2, np.random.default_rng(0))]
    assert list(examples["domain"]) == ["slow", "slow", "medium", "medium", "fast", "fast"]


def test_a_split_without_chips_is_refused(steel_set):
    """The sentence names the split, the domain that is left out, and the remedy."""
    rows = steel_set.rows[steel_set.rows["domain"] == "slow"]
    with pytest.raises(InputError, match=r"'train' outside domain 'slow'.*images\.split"):
        split_chips(rows, "train", 2, 0, left_out="slow")


def test_a_training_without_steps_for_the_codebook_is_refused(steel_set, tmp_path):
    """The sentence names the option and the remedy."""
    few = OPTIONS.model_copy(update={"continuous_steps": 20, "max_epochs": 4})
    with pytest.raises((InputError, SystemExit), match="continuous_steps of 20 leaves none"):
        trained(steel_set, tmp_path, options=few)
    one = OPTIONS.model_copy(update={"continuous_steps": 20, "max_epochs": 1})
    assert trained(steel_set, tmp_path / "fsq", "fsq", options=one).weights.exists()


def test_no_epoch_without_a_codebook_is_kept(steel_set, tmp_path):
    """Three of four epochs have no codes yet, whatever their validation losses are."""
    late = OPTIONS.model_copy(update={"continuous_steps": 15})
    history = read_table(trained(steel_set, tmp_path, options=late).history)
    assert history["kept"].tolist() == [False, False, False, True]


def test_random_crops_are_windows_that_half_are_mirrored():
    """Each is found in its chip as it is or mirrored; the generator alone decides."""
    chips = torch.arange(40 * 12 * 10).reshape(40, 12, 10)
    crops = random_crops(chips, 4, np.random.default_rng(0))
    assert torch.equal(crops, random_crops(chips, 4, np.random.default_rng(0)))
    mirrored = 0
    for crop, chip in zip(crops, chips, strict=True):
        flipped = bool(crop[0, 0] > crop[0, 1])
        mirrored += flipped
        upright = crop.flip(1) if flipped else crop
        row, column = divmod(int(upright[0, 0] - chip[0, 0]), 10)
        assert torch.equal(upright, chip[row : row + 4, column : column + 4])
    assert 10 <= mirrored <= 30
    assert torch.equal(centre_crops(chips, 4), chips[:, 4:8, 3:7])
    assert centre_crops(chips, None) is chips


def dead_codes(data, *, data_init, restart_unused, continuous_steps):
    """Train on the set and count the codes that no validation chip has."""
    prepare(1, 0)
    net = VQVAE(OPTIONS.channels, 1, 3, code_dim=4, codes=24)
    gathered = {}
    for split in ("train", "validation"):
        rows = data.rows.iloc[split_chips(data.rows, split, 9, 0)]
        chips = ChipGather.of(Micrographs(data.micrographs), rows)
        gathered[split] = ChipTargets(chips, np.zeros((len(rows), 0), np.float32))
    training = CodeTraining(
        net,
        CodeLoss(net, 1.0, None, 0),
        Adam(net.parameters(), lr=5e-3),
        shuffled(gathered["train"], 8, 0),
        in_order(gathered["validation"], 8),
        CPU,
        seed=0,
        data_init=data_init,
        restart_unused=restart_unused,
        continuous_steps=continuous_steps,
    )
    for epoch in range(8):
        for index in range(training.begin_epoch(epoch)):
            training.step(index)
    return training.validate()["dead_codes"]


def test_the_cure_of_collapse_leaves_fewer_codes_dead(steel_set):
    """Those of the paper's way, less at least half of them, on the same chips in as many epochs."""
    papers = dead_codes(steel_set, data_init=False, restart_unused=False, continuous_steps=0)
    cured = dead_codes(steel_set, data_init=True, restart_unused=True, continuous_steps=10)
    assert cured <= papers / 2, (cured, papers)


def test_perplexity_is_the_number_of_codes_used_alike():
    """Two codes used alike are two, whatever the codebook's size; one alone is one."""
    assert perplexity(torch.tensor([0, 7, 7, 0])) == pytest.approx(2)
    assert perplexity(torch.tensor([0, 7, 0, 0])) == pytest.approx(1)
