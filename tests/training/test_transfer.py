"""The game of the flows against a computation by hand, on chips of 8 pixels."""

import io
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
import torch
from lightning.fabric import Fabric
from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from pspflow.models.multiflow import MultiDomainFlow
from pspflow.training.gather import ChipGather
from pspflow.training.transfer import Rules, Side, TransferGame

EDGE, BATCH = 8, 4
DOMAINS = {"raw": (60, 4), "aged": (90, 12), "over aged": (120, 25)}
SIZES = {"glow": {"width": 3, "couplings": 1}, "realnvp": {"width": 3, "blocks": 1}}
RULES = {
    "epochs": 8,
    "steps_per_epoch": 2,
    "batch_size": BATCH,
    "learning_rate": 1e-3,
    "betas": (0.5, 0.99),
    "weight_decay": 0.0,
    "constant_share": 0.5,
    "likelihood_share": 0.0,
    "likelihood_weight": 3.0,
    "topology_weight": 0.7,
    "gradient_clip": None,
    "average": 0.9,
    "pool_size": 3,
}


class Watched(TransferGame):
    """A game that remembers every network before and after each side's step."""

    def __init__(self, *args):
        self.turns = []
        super().__init__(*args)

    def _descend(self, name, model, losses):
        before = {key: deepcopy(net.state_dict()) for key, net in self.nets.items()}
        idle = {key: gradients(net) for key, net in self.nets.items()}
        super()._descend(name, model, losses)
        moved = {key: not same(before[key], net.state_dict()) for key, net in self.nets.items()}
        fresh = {key: not equal(idle[key], gradients(net)) for key, net in self.nets.items()}
        self.turns.append((name, moved, fresh))

    @property
    def nets(self):
        """Give both sides."""
        return {"flow": self.flow, "judges": self.judges}


def gradients(net):
    """Copy what lies in a network's gradients."""
    return [None if p.grad is None else p.grad.clone() for p in net.parameters()]


def equal(first, second):
    """Tell whether two lists of gradients are the same."""
    return all(
        (a is None and b is None) or (a is not None and b is not None and torch.equal(a, b))
        for a, b in zip(first, second, strict=True)
    )


def same(first, second):
    """Tell whether two state dicts are equal bit by bit."""
    assert first.keys() == second.keys()
    return all(torch.equal(first[name], second[name]) for name in first)


def topology():
    """Make something that maps grey levels to small images of two channels."""
    torch.manual_seed(99)
    net = nn.Sequential(nn.AvgPool2d(4), nn.Conv2d(1, 2, 1), nn.Tanh())
    nn.init.normal_(net[1].weight, std=0.02)
    return net


def play(init=0, regularised=True, architecture="glow", kind=TransferGame, count=3, **changes):
    """Start a game of some domains: `init` draws its networks, seed 5 its data and noise."""
    rng = np.random.default_rng(0)
    torch.manual_seed(init)
    layer = topology()
    torch.manual_seed(init)
    sides = {}
    for i, (name, (mean, spread)) in enumerate(list(DOMAINS.items())[:count]):
        pixels = rng.normal(mean, spread, (24, 16 + 8 * i)).clip(0, 255).astype(np.uint8)
        at = [(r, c) for r in range(0, 17, 4) for c in range(0, 9 + 8 * i, 4)]
        chips = pd.DataFrame(at, columns=["row", "column"]).assign(size_px=EDGE, flip=False)
        gather = ChipGather([pixels], chips, np.zeros(len(chips), int))
        judge = nn.Sequential(nn.Conv2d(1, 3, 4, 2), nn.LeakyReLU(), nn.Conv2d(3, 1, 2))
        with torch.no_grad():
            images = layer(gather(torch.arange(len(chips)))[:, None].float())
        other = nn.Sequential(nn.Flatten(), nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 1))
        sides[name] = Side(gather, judge, *((images, other) if regularised else ()))
    flow = MultiDomainFlow(list(sides), architecture, EDGE, **SIZES[architecture])
    with torch.no_grad():
        for parameter in flow.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn_like(parameter))
    fabric = Fabric(accelerator="cpu", devices=1)
    rules = Rules(**{**RULES, **changes})
    return kind(flow, sides, layer if regularised else None, lambda _: {}, rules, 5, fabric)


def rules(**changes):
    """Change the tests' rules."""
    return Rules(**{**RULES, **changes})


@pytest.mark.parametrize("epochs", [1, 2, 7, 30])
@pytest.mark.parametrize("share", [0, 0.3, 0.5, 0.99])
def test_learning_rate_is_constant_and_then_falls_linearly(epochs, share):
    """Its factor is 1 for the share, then falls by equal steps, and no epoch is lost to 0."""
    factors = np.array(
        [rules(epochs=epochs, constant_share=share).rate_factor(e) for e in range(epochs)]
    )
    constant = np.arange(epochs) <= share * epochs
    np.testing.assert_allclose(factors[constant], 1, atol=1e-6)
    falling = np.append(factors[~constant], 0)  # where the epoch after the last one would be
    np.testing.assert_allclose(np.diff(falling, 2), 0, atol=1e-6)
    assert (np.diff(factors) <= 0).all()
    assert (falling[:-1] < 1).all()
    assert (factors > 0).all()
    assert (factors <= 1).all()


def test_learning_rate_reaches_the_optimisers():
    """Both sides' follow the factor, every group of parameters."""
    game = play(architecture="realnvp", count=2, constant_share=0.5)
    for epoch, factor in ((0, 1), (4, 1), (6, 0.5), (7, 0.25)):
        game.begin_epoch(epoch)
        rates = [g["lr"] for each in game.optimisers.values() for g in each.param_groups]
        assert len(rates) == 3
        np.testing.assert_allclose(rates, 1e-3 * factor, rtol=1e-6)


def test_discriminators_play_once_the_likelihood_had_its_share():
    """A share of 0 lets them play from the first epoch on, another from the first after it."""
    assert [rules(epochs=4, likelihood_share=0).adversarial(e) for e in range(4)] == [True] * 4
    started = [rules(epochs=5, likelihood_share=0.5).adversarial(e) for e in range(5)]
    assert started == [False] * 3 + [True] * 2
    assert [rules(epochs=2, likelihood_share=0.5).adversarial(e) for e in (0, 1)] == [False, True]


def test_losses_are_those_of_the_method():
    """Every term equals a loop over directions and pixels, written from the formula."""
    game = play()
    game.begin_epoch(0)
    noise = torch.Generator()
    noise.set_state(game.noise.get_state())
    real, exact = {}, {}
    for name, side in game.sides.items():
        at = game.order[name][1]
        grey = side.chips(at).float()
        real[name] = ((grey + torch.rand(grey.shape, generator=noise)) / 256)[:, None]
        exact[name] = side.persistence[at]
    nats, realism, topological, image_judges, topology_judges = 0.0, 0.0, 0.0, 0.0, 0.0
    normal = torch.distributions.Normal(0, 1)
    with torch.no_grad():
        for name, x in real.items():
            latents, log_det = game.flow[name](x)
            log_density = normal.log_prob(latents).flatten(1).sum(1) + log_det
            nats += (-log_density / EDGE**2 + np.log(256)).mean()
        for b, side in game.sides.items():
            judge, other = side.judge, side.topology_judge
            image_judges += ((judge(real[b]) - 1) ** 2).mean() / 2
            topology_judges += ((other(exact[b]) - 1) ** 2).mean() / 2
            for a in set(DOMAINS) - {b}:
                made = game.flow(real[a], a, b)
                seen = game.topology(256 * made - 0.5)
                realism += ((judge(made) - 1) ** 2).mean()
                topological += ((other(seen) - 1) ** 2).mean()
                image_judges += (judge(made) ** 2).mean() / 4  # of two directions into b
                topology_judges += (other(seen) ** 2).mean() / 4
    expected = {
        "likelihood": 3.0 * nats,
        "realism": realism,
        "topological realism": 0.7 * topological,
        "image discriminators": image_judges,
        "topology discriminators": topology_judges,
    }
    game.pools = {key: type(pool)(100) for key, pool in game.pools.items()}  # gives back all
    losses = game.step(1)
    assert losses.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(losses[name], value, rtol=1e-4, atol=1e-6, msg=name)


@pytest.mark.parametrize("regularised", [True, False])
def test_each_side_moves_in_its_own_step_alone(regularised):
    """The flows' loss leaves nothing in discriminators, and theirs nothing in the flows."""
    game = play(regularised=regularised, kind=Watched, gradient_clip=1.0)
    frozen = deepcopy(game.topology.state_dict()) if regularised else None
    game.begin_epoch(0)
    for index in range(2):
        game.step(index)
    assert [name for name, *_ in game.turns] == ["flow", "judges"] * 2
    for name, moved, fresh in game.turns:
        assert moved == fresh == {key: key == name for key in ("flow", "judges")}
    if regularised:
        assert same(frozen, game.topology.state_dict())
        assert all(parameter.grad is None for parameter in game.topology.parameters())


def test_the_likelihood_alone_trains_no_discriminator():
    """Neither weights nor gradients nor pools, until they play."""
    game = play(likelihood_share=0.5, kind=Watched)
    for epoch in (0, 3):
        game.begin_epoch(epoch)
        assert game.step(0).keys() == {"likelihood"}
    assert [name for name, *_ in game.turns] == ["flow", "flow"]
    assert all(moved == {"flow": True, "judges": False} for _, moved, _ in game.turns)
    assert all(parameter.grad is None for parameter in game.judges.parameters())
    assert all(pool.images is None for pool in game.pools.values())
    game.begin_epoch(4)
    assert "image discriminators" in game.step(0)


@pytest.mark.parametrize("architecture", SIZES)
def test_a_stored_game_goes_on_bit_by_bit(architecture):
    """Loaded into networks of another draw: losses, both sides and the average are the same."""
    first = play(architecture=architecture, count=2)
    for index in range(first.begin_epoch(0)):
        first.step(index)
    stored = io.BytesIO()
    torch.save(first.state(), stored)
    stored.seek(0)
    second = play(init=1, architecture=architecture, count=2)
    assert not same(first.weights(), second.weights())
    second.load_state(torch.load(stored, weights_only=True))
    assert all(len(pool.images) == 3 for pool in second.pools.values())
    second.begin_epoch(1)
    for index in range(first.begin_epoch(1)):
        assert same(first.step(index), second.step(index))
    assert same(first.flow.state_dict(), second.flow.state_dict())
    assert same(first.judges.state_dict(), second.judges.state_dict())
    assert same(first.weights(), second.weights())


def test_weight_decay_shrinks_scales_of_weight_normalisation_alone():
    """Without any other gradient, Adam moves what decays by its rate towards 0, and no more."""
    game = play(
        architecture="realnvp",
        count=2,
        likelihood_share=0.9,
        likelihood_weight=0,
        weight_decay=0.1,
    )
    scales = {
        f"{name}.parametrizations.weight.original0"
        for name, module in game.flow.named_modules()
        if is_parametrized(module, "weight")
    }
    assert scales
    before = {name: p.detach().clone() for name, p in game.flow.named_parameters()}
    game.begin_epoch(0)
    game.step(0)
    after = dict(game.flow.named_parameters())
    assert {name for name in before if not torch.equal(before[name], after[name])} == scales
    for name in scales:
        shrunk = before[name].abs() - after[name].abs()
        torch.testing.assert_close(shrunk, torch.full_like(shrunk, 1e-3), rtol=0.01, atol=1e-6)


def test_an_epoch_depends_on_its_number_alone():
    """Order and noise are drawn anew for each, and every chip of a domain comes once a round."""
    game = play(steps_per_epoch=None)
    sizes = {name: len(side.chips) for name, side in game.sides.items()}
    steps = game.begin_epoch(3)
    assert steps == max(sizes.values()) // BATCH
    order, noise = deepcopy(game.order), game.noise.get_state()
    for name, positions in order.items():
        assert positions.shape == (steps, BATCH)
        counts = np.bincount(positions.flatten()[: sizes[name]], minlength=sizes[name])
        assert counts.max() == 1
    game.begin_epoch(4)
    assert not torch.equal(game.order["raw"], order["raw"])
    game.begin_epoch(3)
    assert all(torch.equal(game.order[name], order[name]) for name in order)
    assert torch.equal(game.noise.get_state(), noise)


def test_the_gradient_of_the_flows_is_clipped():
    """To the norm that is given; without one it stays what it is."""
    norms = []
    for clip in (None, 0.25):
        game = play(gradient_clip=clip)
        game.begin_epoch(0)
        game.step(0)
        found = [p.grad.flatten() for p in game.flow.parameters() if p.grad is not None]
        norms.append(float(torch.cat(found).norm()))
    assert norms[0] > 0.5
    assert norms[1] == pytest.approx(0.25, rel=1e-3)


def test_a_diverged_flow_gives_a_loss_that_is_no_number():
    """Images that are no numbers have no pairs: the layer is not asked, and the loop can say so."""
    game = play()
    game.topology.register_forward_pre_hook(lambda _, inputs: pytest.fail("asked"))
    with torch.no_grad():
        next(p for p in game.flow.parameters() if p.requires_grad).fill_(torch.nan)
    game.begin_epoch(0)
    losses = game.step(0)
    assert losses["topological realism"].isnan()
    assert losses["topology discriminators"].isnan()
