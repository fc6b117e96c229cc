"""The training of the flows against a computation by hand, on chips of 8 pixels."""

import io
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from pspflow.models.multiflow import MultiDomainFlow
from pspflow.training.flows.transfer import DomainData, Settings, TransferTraining
from pspflow.training.gather import ChipGather

EDGE, BATCH = 8, 4
DOMAINS = {"raw": (60, 4), "aged": (90, 12), "over aged": (120, 25)}
SIZES = {"glow": {"width": 3, "couplings": 1}, "realnvp": {"width": 3, "blocks": 1}}
SETTINGS = {
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
    "topology_share": None,
    "gradient_clip": None,
    "average": 0.9,
    "pool_size": 3,
}


class Watched(TransferTraining):
    """A training that remembers every network before and after each step."""

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
        """Return the flow and the discriminators."""
        return {"flow": self.flow, "discriminators": self.discriminators}


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


def start(init=0, regularised=True, architecture="glow", kind=TransferTraining, count=3, **changes):
    """Start a training of some domains: `init` draws its networks, seed 5 its data and noise."""
    rng = np.random.default_rng(0)
    torch.manual_seed(init)
    layer = topology()
    torch.manual_seed(init)
    data = {}
    for i, (name, (mean, spread)) in enumerate(list(DOMAINS.items())[:count]):
        pixels = rng.normal(mean, spread, (24, 16 + 8 * i)).clip(0, 255).astype(np.uint8)
        at = [(r, c) for r in range(0, 17, 4) for c in range(0, 9 + 8 * i, 4)]
        chips = pd.DataFrame(at, columns=["row", "column"]).assign(size_px=EDGE, flip=False)
        gather = ChipGather([pixels], chips, np.zeros(len(chips), int))
        discriminator = nn.Sequential(nn.Conv2d(1, 3, 4, 2), nn.LeakyReLU(), nn.Conv2d(3, 1, 2))
        with torch.no_grad():
            images = layer(gather(torch.arange(len(chips)))[:, None].float())
        other = nn.Sequential(nn.Flatten(), nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 1))
        data[name] = DomainData(gather, discriminator, *((images, other) if regularised else ()))
    flow = MultiDomainFlow(list(data), architecture, EDGE, **SIZES[architecture])
    with torch.no_grad():
        for parameter in flow.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn_like(parameter))
    settings, device = Settings(**{**SETTINGS, **changes}), torch.device("cpu")
    return kind(flow, data, layer if regularised else None, lambda _: {}, settings, 5, device)


def settings(**changes):
    """Change the tests' settings."""
    return Settings(**{**SETTINGS, **changes})


@pytest.mark.parametrize("epochs", [1, 2, 7, 30])
@pytest.mark.parametrize("share", [0, 0.3, 0.5, 0.99, 1])
def test_learning_rate_is_constant_and_then_falls_linearly(epochs, share):
    """Its factor is 1 for the share, then falls by equal steps, and no epoch is lost to 0."""
    factors = np.array(
        [settings(epochs=epochs, constant_share=share).rate_factor(e) for e in range(epochs)]
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
    """The flow's and the discriminators' follow the factor, every group of parameters."""
    training = start(architecture="realnvp", count=2, constant_share=0.5)
    for epoch, factor in ((0, 1), (4, 1), (6, 0.5), (7, 0.25)):
        training.begin_epoch(epoch)
        rates = [g["lr"] for each in training.optimisers.values() for g in each.param_groups]
        assert len(rates) == 3
        np.testing.assert_allclose(rates, 1e-3 * factor, rtol=1e-6)


def test_discriminators_play_once_the_likelihood_had_its_share():
    """A share of 0 lets them play from the first epoch on, another from the first after it."""
    assert [settings(epochs=4, likelihood_share=0).adversarial(e) for e in range(4)] == [True] * 4
    started = [settings(epochs=5, likelihood_share=0.5).adversarial(e) for e in range(5)]
    assert started == [False] * 3 + [True] * 2
    assert [settings(epochs=2, likelihood_share=0.5).adversarial(e) for e in (0, 1)] == [
        False,
        True,
    ]


def test_losses_are_those_of_the_method():
    """Every term equals a loop over directions and pixels, written from the formula."""
    training = start()
    training.begin_epoch(0)
    noise = torch.Generator()
    noise.set_state(training.noise.get_state())
    real, exact = {}, {}
    for name, each in training.data.items():
        at = training.order[name][1]
        grey = each.chips(at).float()
        real[name] = ((grey + torch.rand(grey.shape, generator=noise)) / 256)[:, None]
        exact[name] = each.persistence[at]
    nats, realism, topological, image_discriminators, topology_discriminators = (
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
    )
    normal = torch.distributions.Normal(0, 1)
    with torch.no_grad():
        for name, x in real.items():
            latents, log_det = training.flow[name](x)
            log_density = normal.log_prob(latents).flatten(1).sum(1) + log_det
            nats += (-log_density / EDGE**2 + np.log(256)).mean()
        for b, each in training.data.items():
            discriminator, other = each.discriminator, each.topology_discriminator
            image_discriminators += ((discriminator(real[b]) - 1) ** 2).mean() / 2
            topology_discriminators += ((other(exact[b]) - 1) ** 2).mean() / 2
            for a in set(DOMAINS) - {b}:
                made = training.flow(real[a], a, b)
                seen = training.topology(256 * made - 0.5)
                realism += ((discriminator(made) - 1) ** 2).mean()
                topological += ((other(seen) - 1) ** 2).mean()
                image_discriminators += (
                    discriminator(made) ** 2
                ).mean() / 4  # of two directions into b
                topology_discriminators += (other(seen) ** 2).mean() / 4
    expected = {
        "likelihood": 3.0 * nats,
        "realism": realism,
        "topological realism": 0.7 * topological,
        "image discriminators": image_discriminators,
        "topology discriminators": topology_discriminators,
    }
    training.pools = {
        key: type(pool)(100) for key, pool in training.pools.items()
    }  # gives back all
    losses = training.step(1)
    assert losses.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(losses[name], value, rtol=1e-4, atol=1e-6, msg=name)


@pytest.mark.parametrize("regularised", [True, False])
def test_each_side_moves_in_its_own_step_alone(regularised):
    """The flows' loss leaves nothing in discriminators, and theirs nothing in the flows."""
    training = start(regularised=regularised, kind=Watched, gradient_clip=1.0)
    frozen = deepcopy(training.topology.state_dict()) if regularised else None
    training.begin_epoch(0)
    for index in range(2):
        training.step(index)
    assert [name for name, *_ in training.turns] == ["flow", "discriminators"] * 2
    for name, moved, fresh in training.turns:
        assert moved == fresh == {key: key == name for key in ("flow", "discriminators")}
    if regularised:
        assert same(frozen, training.topology.state_dict())
        assert all(parameter.grad is None for parameter in training.topology.parameters())


def test_the_likelihood_alone_trains_no_discriminator():
    """Neither weights nor gradients nor pools, until they play."""
    training = start(likelihood_share=0.5, kind=Watched)
    for epoch in (0, 3):
        training.begin_epoch(epoch)
        assert training.step(0).keys() == {"likelihood"}
    assert [name for name, *_ in training.turns] == ["flow", "flow"]
    assert all(moved == {"flow": True, "discriminators": False} for _, moved, _ in training.turns)
    assert all(parameter.grad is None for parameter in training.discriminators.parameters())
    assert all(pool.images is None for pool in training.pools.values())
    training.begin_epoch(4)
    assert "image discriminators" in training.step(0)


@pytest.mark.parametrize("architecture", SIZES)
def test_a_stored_game_goes_on_bit_by_bit(architecture):
    """Loaded into networks of another draw: losses, both data and the average are the same."""
    first = start(architecture=architecture, count=2)
    for index in range(first.begin_epoch(0)):
        first.step(index)
    stored = io.BytesIO()
    torch.save(first.state(), stored)
    stored.seek(0)
    second = start(init=1, architecture=architecture, count=2)
    assert not same(first.weights(), second.weights())
    second.load_state(torch.load(stored, weights_only=True))
    assert all(len(pool.images) == 3 for pool in second.pools.values())
    second.begin_epoch(1)
    for index in range(first.begin_epoch(1)):
        assert same(first.step(index), second.step(index))
    assert same(first.flow.state_dict(), second.flow.state_dict())
    assert same(first.discriminators.state_dict(), second.discriminators.state_dict())
    assert same(first.weights(), second.weights())


def test_weight_decay_shrinks_scales_of_weight_normalisation_alone():
    """Without any other gradient, Adam moves what decays by its rate towards 0, and no more."""
    training = start(
        architecture="realnvp",
        count=2,
        likelihood_share=0.9,
        likelihood_weight=0,
        weight_decay=0.1,
    )
    scales = {
        f"{name}.parametrizations.weight.original0"
        for name, module in training.flow.named_modules()
        if is_parametrized(module, "weight")
    }
    assert scales
    before = {name: p.detach().clone() for name, p in training.flow.named_parameters()}
    training.begin_epoch(0)
    training.step(0)
    after = dict(training.flow.named_parameters())
    assert {name for name in before if not torch.equal(before[name], after[name])} == scales
    for name in scales:
        shrunk = before[name].abs() - after[name].abs()
        torch.testing.assert_close(shrunk, torch.full_like(shrunk, 1e-3), rtol=0.01, atol=1e-6)


def test_an_epoch_depends_on_its_number_alone():
    """Order and noise are drawn anew for each, and every chip of a domain comes once a round."""
    training = start(steps_per_epoch=None)
    sizes = {name: len(each.chips) for name, each in training.data.items()}
    steps = training.begin_epoch(3)
    assert steps == max(sizes.values()) // BATCH
    order, noise = deepcopy(training.order), training.noise.get_state()
    for name, positions in order.items():
        assert positions.shape == (steps, BATCH)
        counts = np.bincount(positions.flatten()[: sizes[name]], minlength=sizes[name])
        assert counts.max() == 1
    training.begin_epoch(4)
    assert not torch.equal(training.order["raw"], order["raw"])
    training.begin_epoch(3)
    assert all(torch.equal(training.order[name], order[name]) for name in order)
    assert torch.equal(training.noise.get_state(), noise)


def test_the_gradient_of_the_flows_is_clipped():
    """To the norm that is given; without one it stays what it is."""
    norms = []
    for clip in (None, 0.25):
        training = start(gradient_clip=clip)
        training.begin_epoch(0)
        training.step(0)
        found = [p.grad.flatten() for p in training.flow.parameters() if p.grad is not None]
        norms.append(float(torch.cat(found).norm()))
    assert norms[0] > 0.5
    assert norms[1] == pytest.approx(0.25, rel=1e-3)


def test_a_diverged_flow_gives_a_loss_that_is_no_number():
    """Images that are no numbers have no pairs: the layer is not asked, and the loop can say so."""
    training = start()
    training.topology.register_forward_pre_hook(lambda _, inputs: pytest.fail("asked"))
    with torch.no_grad():
        next(p for p in training.flow.parameters() if p.requires_grad).fill_(torch.nan)
    training.begin_epoch(0)
    losses = training.step(0)
    assert losses["topological realism"].isnan()
    assert losses["topology discriminators"].isnan()
