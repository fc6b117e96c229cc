"""The latent report's networks at its sizes: training of autoencoders and adversarial networks."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from gpu_parts.frame import Case, Check, Found, Part, Run
from gpu_parts.prepared import SEED, prepared
from pspflow.models.latent.autoencoders import Autoencoder
from pspflow.models.latent.layers import PRINTED, PrintedName
from pspflow.seeds import generator
from pspflow.studies.latent.names import GANS, LatentModel
from pspflow.studies.latent.networks.autoencoder_training import AutoencoderTraining
from pspflow.studies.latent.networks.gan_recipes import GanRecipe, gan_recipe, generator_network
from pspflow.studies.latent.networks.gan_training import AdversarialTraining
from pspflow.studies.latent.networks.options import GanOptions
from pspflow.studies.latent.networks.ready import Images
from pspflow.training.data import Pairs, in_order, shuffled
from pspflow.training.loop import Trainable

SHAPES: Final[dict[PrintedName, tuple[int, int]]] = {
    "smooth": (128, 128),
    "binary": (128, 128),
    "grain_growth": (128, 128),
    "additive": (512, 512),
    "uhcs": (48, 64),
}
"""Rows and columns of the report's images, by their autoencoder's layers."""
CROPS: Final = (64, 64)


class Sizes(NamedTuple):
    """What is measured."""

    autoencoders: tuple[PrintedName, ...]
    encoded: int
    """Images in a batch of the autoencoders."""
    made: int
    """Images in a batch of the adversarial networks."""
    widths: tuple[int, int]
    """Of DCGAN and of its successor."""
    steps: int
    warm: int


PAPER = Sizes(tuple(SHAPES), 128, 128, (64, 64), 100, 10)
SMALL = Sizes(("uhcs",), 2, 2, (1, 1), 1, 0)
CROP_COUNT, ADVERSARIAL_EPOCHS = 90_000, 100
"""Crops that the report's DCGAN is trained on, and its last epoch; section 10."""
IMAGE_COUNT, ENCODING_EPOCHS = 40_000, 160
"""Training images of a simulated dataset, and the last epoch of most autoencoders; section 5."""
SAME_IMAGES: Final = 1e-4
"""Largest difference of made images, from -1 to 1, between a device and the CPU."""


def measure(run: Run) -> Iterator[Found]:
    """Measure training steps of all networks, and compare made images with the CPU's."""
    sizes = SMALL if run.small else PAPER
    with prepared():
        minutes = {}
        for name in sizes.autoencoders:
            rate, case = _autoencoder(run, sizes, name)
            yield case
            minutes[f"autoencoder {name}"] = IMAGE_COUNT * ENCODING_EPOCHS / rate / 60
        for model, width in zip(GANS, sizes.widths, strict=True):
            net, rate, case = _adversarial(run, sizes, model, width)
            yield case
            minutes[model] = CROP_COUNT * ADVERSARIAL_EPOCHS / rate / 60
            yield _compared(run, net, model, gan_recipe(model, _options(sizes, width)))
        values = {f"{name}, min": value for name, value in minutes.items()}
        yield Case("the report's trainings at these rates", values)


def _images(count: int, shape: tuple[int, int]) -> np.ndarray:
    rng = generator(SEED, "images of the benchmark", *shape)
    return rng.integers(0, 256, (count, *shape), dtype=np.uint8)


def _autoencoder(run: Run, sizes: Sizes, name: PrintedName) -> tuple[float, Case]:
    torch.manual_seed(SEED)
    shape = SHAPES[name]
    images = torch.from_numpy(_images(2 * sizes.encoded, shape))
    data = Pairs(images, torch.empty(len(images), 0))
    training = AutoencoderTraining(
        Autoencoder(PRINTED[name], shape, kaiming=True),
        shuffled(data, sizes.encoded, SEED),
        in_order(data, sizes.encoded),
        1e-3,
        run.device,
    )
    called = f"autoencoder {name}, images of {shape[0]} x {shape[1]}, batches of {sizes.encoded}"
    return _steps(run, sizes, training, called, sizes.encoded)


def _adversarial(
    run: Run, sizes: Sizes, model: LatentModel, width: int
) -> tuple[nn.Module, float, Case]:
    torch.manual_seed(SEED)
    recipe = replace(gan_recipe(model, _options(sizes, width)), batch_size=sizes.made)
    net = generator_network(model, recipe.network)
    data = Images(_images(2 * sizes.made, CROPS), _images(sizes.made, CROPS))
    networks = net, recipe.discriminator(width)
    training = AdversarialTraining(networks, recipe, data, SEED, run.device)
    called = f"{model}, width {width}, batches of {sizes.made}"
    rate, case = _steps(run, sizes, training, called, sizes.made)
    return net, rate, case


def _options(sizes: Sizes, width: int) -> GanOptions:
    network = {"width": width, "batch_size": sizes.made}
    return GanOptions.model_validate({"dcgan": network, "stationary": network})


def _steps(
    run: Run, sizes: Sizes, training: Trainable, name: str, batch: int
) -> tuple[float, Case]:
    """Time steps; return images a second."""
    run.peak_gb()
    training.begin_epoch(0)
    slow = run.device.type == "cpu"
    repeats, warm = (1, 0) if slow else (sizes.steps, sizes.warm)
    seconds = run.seconds(lambda: training.step(0), repeats, warm)
    values = {
        "steps/s": 1 / seconds,
        "images/s": batch / seconds,
        "GPU memory, GB": run.peak_gb(),
    }
    return batch / seconds, Case(f"{name}, training", values)


@torch.inference_mode()
def _compared(run: Run, net: nn.Module, model: LatentModel, recipe: GanRecipe) -> Check:
    """Compare images that the device and the CPU make of the same noise."""
    rng = generator(SEED, "noise of the benchmark")
    noise = torch.from_numpy(rng.standard_normal((8, recipe.noise), dtype=np.float32))
    again = generator_network(model, recipe.network).eval()
    again.load_state_dict({name: each.cpu() for name, each in net.state_dict().items()})
    made: Tensor = net.eval()(noise.to(run.device)).cpu()
    difference = float((made - again(noise)).abs().max())
    return Check(f"images of {model}, against the CPU", difference, SAME_IMAGES)


NOTE = f"""\
The printed autoencoders at the sizes of the report's images; DCGAN of width 64 and its successor of
that width, crops of 64 pixels. All in float32, and restricted to operations that give the same
result every time, as the stage is. A step is forward, backward and optimiser, of both networks of a
pair, from data that lie on the device. The report trains on {IMAGE_COUNT:,} images of a simulated
dataset for {ENCODING_EPOCHS} epochs, and on {CROP_COUNT:,} crops for {ADVERSARIAL_EPOCHS}."""

PART = Part("Latent: autoencoders and adversarial networks", NOTE, 1.0, measure)
