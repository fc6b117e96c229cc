"""Minutes that a job of each rule takes at paper scale: a measured rate, scaled by sizes.

Rates on a GPU are those of docs/results/gpu.md (one NVIDIA H200); of one CPU core those of
docs/benchmarks.md; times of reference runs those of their benchmark files, on two cores. A rule
that is not here has not been measured at a size from which it could be scaled.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from pspflow.studies.composite.networks.recipes import RECIPES

Estimate = tuple[float, str]
"""Minutes of a job, and what they rest on."""
MINUTE: Final = 60.0
START_MIN: Final = 0.3
"""What Python, torch and reading take before a job's work begins."""
FLOW_CHIPS_S: Final = {
    "float32": {"none": 23.2, "exact": 22.2, "pinet": 21.0},
    "bfloat16": {"none": 102.0, "exact": 95.2, "pinet": 70.0},
}
LATENT_STEPS_S: Final = {
    "gaussian_smooth": (161.0, 128 * 128),
    "gaussian_binary": (139.0, 128 * 128),
    "grain_growth": (175.0, 128 * 128),
    "additive": (39.7, 512 * 512),
    "weld": (39.7, 512 * 512),
    "inpainted": (39.7, 512 * 512),
    "uhcs_48x64": (109.0, 48 * 64),
    "dcgan": (50.5, 64 * 64),
    "stationary": (21.6, 64 * 64),
}
"""Steps a second of 128 images, and the pixels of one, by dataset or adversarial network."""
LATENT_CROPS: Final = 90_000
NETWORK_EPOCH_S: Final = {"cnn": 6.43, "gaussian": 35.8}
H200: Final = "H200"


class Sizes(NamedTuple):
    """The sizes of the paper-scale run, and of the reference run."""

    paper: Any
    reference: Any


def estimate(sizes: Sizes, rule: str, study: str, wildcards: Mapping[str, str]) -> Estimate | None:
    """Return the minutes of a job with their basis, or nothing where no measurement serves."""
    known = RULES.get(f"{study}: {rule}") or RULES.get(rule)
    if known is not None:
        minutes, basis = known(sizes, wildcards)
        return START_MIN + minutes, basis
    if rule == "report" or rule.endswith(("_section", "_merge", "_split", "_catalogue")):
        return START_MIN, "reference runs: 1 to 12 s; tables and figures of the same number"
    return None


def temper_chips(config: Any, split: str) -> float:
    """Count the chips of a split of the temper study."""
    images = config.temper.images
    along = (images.simulated.size_px - images.chips.size_px) // images.chips.stride_px + 1
    every = images.simulated.specimens * len(images.domains) * along**2
    return every * float(getattr(images.split, split))


def _flow(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    flows = sizes.paper.temper.flows
    rate = FLOW_CHIPS_S[flows.precision][flows.kinds[wildcards["variant"]]]
    chips = temper_chips(sizes.paper, "train") * flows.epochs
    if not flows.paired:
        chips /= len(sizes.paper.temper.images.domains)
    basis = f"{H200}: chips/s of a training in {flows.precision}; × training chips × epochs"
    return chips / rate / MINUTE, basis


def _pinet(sizes: Sizes, _: Mapping[str, str]) -> Estimate:
    pinet, images = sizes.paper.temper.pinet, sizes.paper.temper.images
    chips = pinet.chips_per_specimen * images.simulated.specimens
    epoch_s = chips * (images.split.train / 482 + images.split.validation / 892)
    basis = f"{H200}: 482 chips/s trained, 892 predicted; × chips × max_epochs, at most"
    return pinet.max_epochs * epoch_s / MINUTE, basis


def _pairs(sizes: Sizes, _: Mapping[str, str]) -> Estimate:
    chips = sum(temper_chips(sizes.paper, each) for each in ("train", "validation", "test"))
    return (
        chips / 9253 / MINUTE,
        "two cores: 9,253 chips/s of noise, the slowest; × all chips, at most",
    )


def _simulated_tempers(sizes: Sizes, _: Mapping[str, str]) -> Estimate:
    images = sizes.paper.temper.images
    micrographs = images.simulated.specimens * len(images.domains)
    million = micrographs * images.simulated.size_px**2 / 1e6
    return million * SIMULATED_S_MPX / MINUTE, (
        f"one core: {SIMULATED_S_MPX:g} s a million pixels (18 micrographs); × pixels"
    )


SIMULATED_S_MPX: Final = 0.18


def _solve(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    made = sizes.paper.composite.structures
    count = _structures_of(made.simulated, wildcards["set"])
    basis = f"{H200}: 219 structures/s of a normal block, and as long for fields; a compilation"
    return 2 + 2 * count / made.solver.shards / 219 / MINUTE, basis


def _structures_of(simulated: Any, name: str) -> int:
    """Count the structures of a set; those of `held_out` are those of `pair`."""
    return int(simulated.count("pair" if name == "held_out" else name))


def _network(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    composite = sizes.paper.composite
    name, network = wildcards["set"], wildcards["network"]
    simulated = composite.structures.simulated
    share = _structures_of(simulated, name) / simulated.count("all")
    return _trained(network, composite.networks.epochs(network, name) * share)


def _trial(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    composite = sizes.paper.composite
    every = composite.trials.trials(composite.structures, composite.networks)
    trial = next(each for each in every if each.name == wildcards["trial"])
    simulated, scheduled = composite.structures.simulated, trial.options.scheduled_epochs
    share = _structures_of(simulated, trial.set) / simulated.count("all")
    if trial.options.training_structures:
        share = trial.options.training_structures / composite.structures.training_structures()
    augmented = RECIPES[trial.network].augmented
    epochs = scheduled if augmented else trial.options.max_epochs
    return _trained(trial.network, epochs.of(trial.set) * share)


def _trained(network: str, epochs: float) -> Estimate:
    kind = "gaussian" if RECIPES[network].autoencoder else "cnn"
    return epochs * NETWORK_EPOCH_S[kind] / MINUTE, (
        f"{H200}: 6.4 s an epoch of regression alone, 35.8 with a decoder; × epochs, at most"
    )


def _network_pass(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    structures = sizes.paper.composite.structures.simulated.structures
    return (
        structures / 160 / MINUTE,
        f"{H200}: 160 structures/s of a training; × structures, at most",
    )


def _predictions(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    networks = sum(map(len, sizes.paper.composite.forward.models.model_dump().values()))
    minutes, basis = _network_pass(sizes, wildcards)
    return minutes * networks, f"{basis}, × networks"


def _solved_textures(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    texture = sizes.paper.texture
    made = texture.textures.simulated
    count = {"pool": made.singles + made.mixtures, "validation": made.validation, "test": made.test}
    textures = count[wildcards["texture_set"]] / texture.plasticity.shards
    basis = "one core: 0.0492 s a texture of 500 grains, no lookups shared; × textures of a share"
    return textures * 0.0492 * made.grains / 500 / MINUTE, basis


def _textures(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    made, before = (each.texture.textures.simulated for each in sizes)
    ratio = (made.singles + made.mixtures) * made.grains
    ratio /= (before.singles + before.mixtures) * before.grains
    if wildcards["texture_set"] != "pool":
        ratio *= made.test / (made.singles + made.mixtures)
    return 15 / MINUTE * ratio, "reference run: 15 s for its pool; × textures × grains"


def _loop(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    loop = sizes.paper.texture.loop
    arm = wildcards["arm"]
    seconds = 9.5 if arm == "active_warm" else 78.6
    step = loop.batch if arm == "active_batch" else loop.flow_every
    iterations = (loop.most_observations - loop.first) / step
    basis = f"{H200}: 78.6 s an iteration, 9.5 with a flow that goes on; × iterations, at most"
    return iterations * seconds / MINUTE, basis


def _codes(sizes: Sizes, _: Mapping[str, str]) -> Estimate:
    epochs = sizes.paper.steel.codes.max_epochs
    return (
        epochs * 12.1 / 135,
        f"{H200}: 12.1 min for 135 epochs of the paper's chips; × max_epochs, at most",
    )


def _prior(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    # maps of `sharp` are of 32 x 32 codes, its chips halved twice
    more = 4 if wildcards["code_model"] == "sharp" else 1
    epochs = sizes.paper.steel.prior.max_epochs
    basis = f"{H200}: 29.6 min for 116 epochs of the paper's maps; × max_epochs × codes, at most"
    return more * epochs * 29.6 / 116, basis


def _drawn(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    generation = sizes.paper.steel.generation
    conditions = len(sizes.paper.steel.images.domains) + len(generation.further)
    # the wider map takes four times the codes, each of them four times the columns
    more = 16 if wildcards["code_model"] == "sharp" else 1
    maps = generation.chips_per_condition * conditions
    return more * maps / 204 / MINUTE, f"{H200}: 204 maps/s drawn 256 together; × maps × codes"


def _pixelcnn_pass(sizes: Sizes, _: Mapping[str, str]) -> Estimate:
    return 4 * 4 * 52_800 / 3453 / MINUTE, f"{H200}: 3,453 maps/s of a training; × maps, at most"


def _encoded(sizes: Sizes, _: Mapping[str, str]) -> Estimate:
    return 52_800 / 64_546 / MINUTE, f"{H200}: 64,546 chips/s encoded; × chips"


def _latent_network(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    latent = sizes.paper.latent
    dataset, model = wildcards["dataset"], wildcards["latent_model"]
    training = latent.networks.training(dataset, model)
    crops = dataset.startswith("uhcs")
    steps_s, pixels = LATENT_STEPS_S[model if model in LATENT_STEPS_S else dataset]
    size = getattr(training.gan, model, training.autoencoder).batch_size
    images = LATENT_CROPS if crops else latent.datasets.counts.train
    drawn = getattr(getattr(latent.datasets, dataset, None), "image_px", None)
    larger = math.prod(drawn) / pixels if drawn else 1.0
    seconds = training.epochs * images / size / steps_s * larger
    basis = f"{H200}: {steps_s:g} steps/s of 128 images; × steps, of fewer images, × pixels"
    return seconds / MINUTE, basis


def _of_reference(seconds: float, what: str, ratio: Callable[[Sizes], float]) -> Any:
    """Scale the time of a job of a reference run."""

    def scaled(sizes: Sizes, _: Mapping[str, str]) -> Estimate:
        return seconds / MINUTE * ratio(sizes), f"reference run: {seconds:g} s; × {what}"

    return scaled


def _of_one_core(seconds: float) -> Any:
    """Scale the time of 18 micrographs of the paper's size."""

    def scaled(sizes: Sizes, _: Mapping[str, str]) -> Estimate:
        images = sizes.paper.temper.images
        ratio = images.simulated.specimens * len(images.domains) / 18
        basis = f"one core: {seconds:g} s for 18 micrographs of this size; × micrographs"
        return seconds / MINUTE * ratio, basis

    return scaled


def _structures(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    count = _structures_of(sizes.paper.composite.structures.simulated, wildcards["set"])
    return (
        count * 22.9 / 256 / MINUTE,
        "one core: 22.9 s for 256 structures of this size; × structures",
    )


def _same(_: Sizes) -> float:
    return 1.0


def _generated(sizes: Sizes) -> float:
    paper, before = (each.steel.generation for each in sizes)
    return float(paper.chips_per_condition / before.chips_per_condition)


def _dataset(sizes: Sizes, wildcards: Mapping[str, str]) -> Estimate:
    """Scale the seconds an image of the reference run, two of whose jobs ran beside each other."""
    name = wildcards["dataset"]
    paper, before = (each.latent.datasets for each in sizes)
    seconds = {"grain_growth": 297, "additive": 147, "weld": 202}.get(name, 4)
    ratio = sum(paper.counts.model_dump().values()) / paper.shards
    ratio /= sum(before.counts.model_dump().values()) / before.shards
    if name == "weld":
        (rows, columns), (fewer, less) = paper.weld.sites, before.weld.sites
        ratio *= rows * columns / (fewer * less)
    basis = (
        "reference run: 297 s for 1,300 images of grain growth, additive 147, weld 202; × images"
    )
    return seconds / MINUTE * ratio, f"{basis} × sites"


RULES: Final[dict[str, Callable[[Sizes, Mapping[str, str]], Estimate]]] = {
    "temper_images_simulate": _simulated_tempers,
    "temper: images_micrographs": _of_one_core(9.7),
    "temper: images_chips": _of_one_core(4.6),
    "persistence_grid": _of_one_core(53),
    "composite_structures_simulate": _structures,
    "persistence_compute": lambda sizes, wildcards: (
        _pairs(sizes, wildcards)[0] / sizes.paper.temper.persistence.shards,
        _pairs(sizes, wildcards)[1],
    ),
    "temper_pinet_train": _pinet,
    "temper_flows_train": _flow,
    "composite_structures_solve": _solve,
    "composite_networks_train": _network,
    "composite_trials_train": _trial,
    "composite_networks_predict": _predictions,
    "composite_networks_encode": _network_pass,
    "composite_structures_merge_stiffness": _of_reference(2, "1: a table of stiffness", _same),
    "texture_textures_simulate": _textures,
    "texture_plasticity_solve": _solved_textures,
    "texture_loop_run": _loop,
    "steel_images_simulate": _of_reference(45, "1: the same micrographs", _same),
    "steel: images_micrographs": _of_reference(4, "1: the same micrographs", _same),
    "steel: images_chips": _of_reference(1, "1: the same micrographs", _same),
    "steel_morphology_measure": _of_reference(3, "1: the same chips", _same),
    "steel_codes_train": _codes,
    "steel_codes_encode": _encoded,
    "steel_prior_train": _prior,
    "steel_prior_likelihood": _pixelcnn_pass,
    "steel_prior_independent": _of_reference(1, "2: chips a micrograph", lambda _: 2),
    "steel_generation_generate": _drawn,
    "steel_generation_truth": _of_reference(9, "4: micrographs", lambda _: 4),
    "steel_generation_compare": _of_reference(
        72, "16: pairs of chips of a condition", lambda sizes: _generated(sizes) ** 2
    ),
    "latent_datasets_simulate": _dataset,
    "latent_networks_train": _latent_network,
    "latent_curation_simulate": _of_reference(12, "3.7: micrographs", lambda _: 352 / 96),
    "latent_curation_micrographs": _of_reference(3, "3.7: micrographs", lambda _: 352 / 96),
    "latent_curation_crops": _of_reference(3, "3.7: micrographs", lambda _: 352 / 96),
}
