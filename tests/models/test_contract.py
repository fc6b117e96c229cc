"""One contract for all models, on which training loops and saved files rely."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from pspflow.io.artefacts import Provenance
from pspflow.io.weights import load_weights, save_weights
from pspflow.models.cpnet import CPNet
from pspflow.models.discriminators import PatchDiscriminator, PersistenceDiscriminator
from pspflow.models.fno import FourierOperator
from pspflow.models.latent.autoencoders import Autoencoder
from pspflow.models.latent.dcgan import Discriminator, Generator
from pspflow.models.latent.layers import PRINTED
from pspflow.models.latent.stationary import StationaryDiscriminator, StationaryGenerator
from pspflow.models.multiflow import MultiDomainFlow
from pspflow.models.pinet import HEADS, PINet
from pspflow.models.steel.pixelcnn import PixelCNN
from pspflow.models.steel.vqvae import VQVAE
from pspflow.models.vae_regression import VAERegression, VoxelRegressor


@dataclass(frozen=True)
class Case:
    """A small model for tests, its input, and the shape of its output."""

    make: Callable[[], nn.Module]
    data: Callable[[], Tensor]
    shape: tuple[int, ...]


class Transfer(nn.Module):
    """A cycle through all domains of a flow, with one output for all that a loop uses."""

    def __init__(self, architecture, **options):
        super().__init__()
        self.flow = MultiDomainFlow(("a", "b", "c"), architecture, 16, **options)
        for domain in self.flow.domains:  # activations are normalised by the first data
            self.flow[domain](torch.rand(8, 1, 16, 16) * 0.8 + 0.1)

    def forward(self, images):
        """Transfer a to b, b to c and c to a, each with its log-determinant in the last row."""
        out = []
        for source, target in ("ab", "bc", "ca"):
            latents, log_det = self.flow[source](images)
            out.append(self.flow[target].inverse(latents) + 1e-3 * log_det[:, None, None, None])
        return torch.cat(out, dim=1)


class Regressing(nn.Module):
    """All networks of a VAE-regression: reconstruction, divergence and properties side by side."""

    def __init__(self, components, **options):
        super().__init__()
        self.net = VAERegression(9, 2, components, latent=3, width=2, dense=8, **options)

    def forward(self, structures):
        """Return the outputs that a training uses, one row per item."""
        posterior = self.net(structures)
        latents = posterior.means + (posterior.log_variances / 2).exp() / 10
        rng = torch.Generator().manual_seed(0)
        noise = self.net.noise(latents[:1], rng)
        decoded = (
            self.net.decoder(latents)
            if noise is None
            else self.net.decoder(latents, noise.expand(len(latents), *noise.shape[1:]))
        )
        prior = self.net.prior(
            posterior.properties + (posterior.property_log_variances / 2).exp() / 10
        )
        divergence = prior.divergence(posterior.means, posterior.log_variances)
        return torch.cat([decoded.flatten(1), divergence[:, None], posterior.properties], dim=1)


class Coding(nn.Module):
    """A model of codes, with one output for all that a training uses."""

    def __init__(self, **options):
        super().__init__()
        self.net = VQVAE((2, 3, 4), 1, 2, **options)

    def forward(self, images):
        """Return reconstructions and, for each image, the codebook's vectors less its latents."""
        reconstructions, quantised = self.net(images)
        vectors = self.net.quantiser.vectors_of(quantised.codes)
        away = vectors - self.net.latents(images)
        return torch.cat([reconstructions.flatten(1), away.flatten(1)], dim=1)


class Conditioned(nn.Module):
    """A PixelCNN under conditions that follow from the codes."""

    def __init__(self):
        super().__init__()
        self.net = PixelCNN(5, 2, channels=4, layers=3)

    def forward(self, codes):
        """Return the logits of every code."""
        return self.net(codes, codes[:, 0, :2].float())


FLOWS = {"glow": {"width": 6, "couplings": 2}, "realnvp": {"width": 4, "blocks": 1}}
CASES = {
    f"pinet-{head}": Case(
        make=lambda head=head: PINet(head, (4, 6), resolution=5),
        data=lambda: torch.rand(3, 1, 24, 20),
        shape=(3, 2, 5, 5),
    )
    for head in HEADS
}
CASES |= {
    f"flow-{name}": Case(
        make=lambda name=name: Transfer(name, **FLOWS[name]),
        data=lambda: torch.rand(3, 1, 16, 16) * 0.8 + 0.1,
        shape=(3, 3, 16, 16),
    )
    for name in FLOWS
}
CASES["discriminator-chips"] = Case(
    make=lambda: PatchDiscriminator((4, 5, 6)),
    data=lambda: torch.rand(3, 1, 16, 16),
    shape=(3, 1, 2, 2),
)
CASES["discriminator-persistence"] = Case(
    make=lambda: PersistenceDiscriminator(5, width=6),
    data=lambda: torch.rand(3, 2, 5, 5),
    shape=(3, 1),
)
CASES["cpnet"] = Case(
    make=lambda: CPNet(window=9, gap=3),
    data=lambda: torch.rand(3, 1, 9, 9, 9),
    shape=(3, 3, 3, 3),
)
CASES["fno"] = Case(
    make=lambda: FourierOperator(width=3, modes=2, blocks=2),
    data=lambda: torch.rand(3, 1, 5, 5, 5),
    shape=(3, 1, 5, 5, 5),
)
CASES["pixelcnn"] = Case(
    make=Conditioned,
    data=lambda: torch.randint(5, (3, 6, 5)),
    shape=(3, 5, 6, 5),
)
BATCH_NORMALISED = ("pinet-pooled", "pinet-spatial", "flow-realnvp", "cpnet")
CASES["voxel-regressor"] = Case(
    make=lambda: VoxelRegressor(9, 2, width=2, dense=8),
    data=lambda: torch.rand(3, 1, 9, 9, 9),
    shape=(3, 2),
)
CASES |= {
    f"vae-regression-{name}": Case(
        make=lambda options=options: Regressing(**options),
        data=lambda: torch.rand(3, 1, 9, 9, 9),
        shape=(3, 9**3 + 3),
    )
    for name, options in {
        "gaussian": {"components": 1, "decoder_width": 2},
        "mixture": {"components": 2, "decoder_width": 2},
        "statistics": {"components": 2, "statistics": True},
        "convolved": {"components": 2, "statistics": True, "convolved": True},
    }.items()
}
CASES |= {
    f"codes-{name}": Case(
        make=lambda options=options: Coding(**options),
        data=lambda: torch.randint(0, 256, (3, 16, 24), dtype=torch.uint8),
        shape=(3, 16 * 24 + 3 * 2 * 3),
    )
    for name, options in {
        "vq": {"code_dim": 3, "codes": 2},
        "fsq": {"levels": (3, 2, 4)},
    }.items()
}
CASES |= {
    name: Case(make=make, data=lambda: torch.randn(3, 5), shape=(3, 1, 64, 64))
    for name, make in {
        "dcgan": lambda: Generator(2, 5),
        "stationary": lambda: StationaryGenerator(2, 5),
    }.items()
}
CASES |= {
    name: Case(make=make, data=lambda: torch.randn(3, 1, 64, 64), shape=(3,))
    for name, make in {
        "dcgan-discriminator": lambda: Discriminator(2),
        "stationary-discriminator": lambda: StationaryDiscriminator(2),
    }.items()
}
BATCH_NORMALISED += ("dcgan", "dcgan-discriminator", "autoencoder-binary")
COMPARES_A_BATCH = ("stationary-discriminator",)
"""Models that judge how the items of a batch differ; nothing predicts with them."""
CASES |= {
    f"autoencoder-{name}": Case(
        make=lambda layers=layers: Autoencoder(layers, (84, 88), kaiming=True),
        data=lambda: torch.randint(0, 256, (3, 84, 88), dtype=torch.uint8),
        shape=(3, 1, 84, 88),
    )
    for name, layers in PRINTED.items()
}
TRAIN_EQUALS_EVAL = [name for name in CASES if name not in BATCH_NORMALISED]
"""Models without batch normalisation, which the papers use in the others."""


@pytest.fixture(params=CASES)
def case(request):
    """Return every model in turn."""
    torch.manual_seed(0)
    return CASES[request.param]


def stirred(model):
    """Move every parameter away from its initial value."""
    with torch.no_grad():
        for parameter in (p for p in model.parameters() if p.requires_grad):
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def test_shape(case):
    """The output has the shape the docstring promises."""
    assert case.make()(case.data()).shape == case.shape


@pytest.mark.parametrize("name", TRAIN_EQUALS_EVAL)
def test_train_equals_eval(name):
    """A model gives the same output in training and in evaluation."""
    torch.manual_seed(0)
    model, data = CASES[name].make(), CASES[name].data()
    model = stirred(model)
    torch.testing.assert_close(model.train()(data), model.eval()(data))


@pytest.mark.parametrize("architecture", FLOWS)
def test_flows_are_bijections_with_their_log_determinant(architecture):
    """Each domain's inverse returns the image, and its log-determinant is autograd's."""
    torch.manual_seed(0)
    data = torch.rand(2, 1, 8, 8, dtype=torch.float64) * 0.8 + 0.1
    flow = MultiDomainFlow(("a", "b", "c"), architecture, 8, **FLOWS[architecture]).double()
    for domain in flow.domains:
        flow[domain](data)
    flow = stirred(flow).eval()
    for domain in flow.domains:
        one = flow[domain]
        latents, log_det = one(data)
        torch.testing.assert_close(one.inverse(latents), data, rtol=0, atol=1e-5)
        jacobian = torch.autograd.functional.jacobian(lambda x, one=one: one(x)[0], data[:1])
        expected = torch.linalg.slogdet(jacobian.reshape(64, 64))[1]
        torch.testing.assert_close(log_det[0], expected, rtol=1e-5, atol=1e-4)


def test_every_parameter_gets_a_gradient(case):
    """No layer is unused: each parameter changes the output."""
    model = stirred(case.make())
    (model(case.data()) ** 3).sum().backward()
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue  # a fixed rotation
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize("name", [name for name in CASES if name not in COMPARES_A_BATCH])
def test_prediction_does_not_depend_on_the_batch(name):
    """In evaluation an item's prediction does not depend on the other items of its batch."""
    torch.manual_seed(0)
    model = stirred(CASES[name].make())
    data = CASES[name].data()
    model(data)  # running statistics, where there are any, change from their initial values
    model.eval()
    torch.testing.assert_close(model(data)[:1], model(data[:1]), rtol=1e-4, atol=1e-4)


def test_save_and_load(case, tmp_path):
    """A saved model is the same function, and its file records where it comes from."""
    model = stirred(case.make()).eval()
    save_weights(
        tmp_path / "w.safetensors", model.state_dict(), {"a": 1}, Provenance("t", {}, 0, {})
    )
    tensors, arguments = load_weights(tmp_path / "w.safetensors")
    other = case.make().eval()
    other.load_state_dict(tensors)
    data = case.data()
    torch.testing.assert_close(other(data), model(data), rtol=0, atol=0)
    assert arguments == {"a": 1}
