"""Options of the trials: which weights, sizes and numbers of structures are tried."""

from collections.abc import Iterable, Iterator
from itertools import product
from math import ceil
from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import Field, field_validator

from pspflow.options import Count, Options, Positive, Weight
from pspflow.studies.composite.networks.options import (
    EpochsOptions,
    NetworkOptions,
    TrainingOptions,
)
from pspflow.studies.composite.networks.recipes import PREDICTING, RECIPES, NetworkName
from pspflow.studies.composite.structures.options import SetName, StructuresOptions

Varied = Literal["weights", "latent", "components", "spread", "structures"]
"""What varies: weights of the loss, dimensions of the latent space, components of the mixture, the
spread from which their means start, or the number of training structures."""
SPLIT = "split"
"""Label of a trial with as many training structures as the split has."""
Names = tuple[NetworkName, ...]
Value = TypeVar("Value")


class Trial(NamedTuple):
    """A training in which one thing varies, of a network that learns C11."""

    varied: Varied
    label: str
    """Its value, as the name of the trial has it."""
    set: SetName
    network: NetworkName
    run: int
    options: TrainingOptions
    main: bool
    """Whether it is one of the main trainings, which is not trained again."""

    @property
    def name(self) -> str:
        """Its folder among the trials."""
        return f"{self.varied}-{self.label}/{self.network}/run{self.run}"


class _Sweep(Options):
    networks: Names = ()
    """Networks that are tried; none: no such trials."""

    @field_validator("*")
    @classmethod
    def _distinct(cls, values: object) -> object:
        if isinstance(values, tuple) and len(set(values)) < len(values):
            raise ValueError("a value is listed twice; remove one.")
        return values


class _DesignSweep(_Sweep):
    """A sweep on the set of inverse design."""

    runs: Count = 1
    """Trainings of each value, on the first splits; no more than there are splits."""
    epochs: Count | None = None
    """Epochs of each training; null: those of the main ones."""

    def varied(
        self, values: Iterable[Value], structures: StructuresOptions, networks: NetworkOptions
    ) -> Iterator[tuple[NetworkName, Value, int, NetworkOptions]]:
        """Yield network, value, run and what the training is told but for the value."""
        known = _with_epochs(networks, structures.design_set, self.epochs)
        runs = range(min(self.runs, structures.split.runs))
        for network, value, run in product(self.networks, values, runs):
            yield network, value, run, known


class SearchOptions(_DesignSweep):
    """Weights of the loss: each of the regression's with each of the divergence's.

    The paper searches 1, 2, 5, 10, 100 and 0.1, 0.2, 1 after multipliers of its own units.
    """

    regression_weights: Annotated[tuple[Weight, ...], Field(min_length=1)] = (0.1, 1.0, 10.0)
    """Weights of the negative log likelihood of the properties."""
    kl_weights: Annotated[tuple[Weight, ...], Field(min_length=1)] = (1e-4, 1e-3, 1e-2)
    """Weights of the divergence from the prior."""
    runs: Count = 3
    """Trainings of each pair of weights, on the first splits; no more than there are splits."""

    @field_validator("networks")
    @classmethod
    def _weighted(cls, names: Names) -> Names:
        return _with_prior(names)


class LatentOptions(_DesignSweep):
    """Dimensions of the latent space; the paper tries 2, 4, 8, 16, 32 and 64."""

    values: Annotated[tuple[Count, ...], Field(min_length=1)] = (2, 4, 8, 16, 32, 64)
    """Dimensions that are tried."""

    @field_validator("networks")
    @classmethod
    def _latent(cls, names: Names) -> Names:
        return _with_prior(names)


class ComponentsOptions(_DesignSweep):
    """Components of the mixture prior; the paper takes 2, one of each morphology."""

    values: Annotated[tuple[Count, ...], Field(min_length=1)] = (1, 2, 3, 4, 6)
    """Numbers that are tried; 1 is the Gaussian prior of the same network without a mixture."""

    @field_validator("networks")
    @classmethod
    def _mixtures(cls, names: Names) -> Names:
        return _with_mixture(names)


class SpreadOptions(_DesignSweep):
    """The spread from which the means of the mixture's components start."""

    values: Annotated[tuple[Positive, ...], Field(min_length=1)] = (0.1, 0.5, 1.0, 2.0)
    """Spreads that are tried, where the means of all latents together have about 1."""

    @field_validator("networks")
    @classmethod
    def _mixtures(cls, names: Names) -> Names:
        return _with_mixture(names)


class CurveOptions(_Sweep):
    """The learning curve: training structures of set `all`, spare ones among them."""

    networks: Names = ()
    """Networks whose curve is drawn; none: no such trials."""
    structures: tuple[Count, ...] = (60,)
    """Numbers of training structures, beside that of the split; the paper has about 5,300."""
    runs: Count = 1
    """Trainings of each, on the first splits."""
    most_steps: Count = 400
    """Largest number of batches of a network that stops by its patience."""

    @field_validator("networks")
    @classmethod
    def _predicting(cls, names: Names) -> Names:
        for name in names:
            if name not in PREDICTING:
                raise ValueError(f"{name} predicts nothing; remove it.")
        return names


class TrialsOptions(Options):
    """Trainings in which one thing varies; those that are among the main ones are taken there."""

    curve: CurveOptions = CurveOptions()
    """Number of training structures."""
    search: SearchOptions = SearchOptions()
    """Weights of the loss, on the set of inverse design."""
    latent: LatentOptions = LatentOptions()
    """Dimensions of the latent space, on the set of inverse design."""
    components: ComponentsOptions = ComponentsOptions()
    """Components of the mixture, on the set of inverse design."""
    spread: SpreadOptions = SpreadOptions()
    """Spread of the components at the start, on the set of inverse design."""
    designs: Count = 6
    """Structures of the validation whose C11 is designed for, and solved, in every trial."""

    def trials(self, structures: StructuresOptions, networks: NetworkOptions) -> tuple[Trial, ...]:
        """List all trials; see `Trial`."""
        kinds = (self._curve, self._search, self._latent, self._components, self._spread)
        return tuple(trial for kind in kinds for trial in kind(structures, networks))

    def _curve(self, structures: StructuresOptions, networks: NetworkOptions) -> Iterator[Trial]:
        mine, split = self.curve, structures.split
        own = structures.training_structures()
        sizes = [size for size in mine.structures if size != split.most_training]
        for network, run in product(mine.networks, range(min(mine.runs, split.runs))):
            main = networks.trained(network, "all")
            yield Trial("structures", SPLIT, "all", network, run, main, main=True)
            for size in sizes:
                epochs = self._epochs(networks, network, size, own)
                options = _with_epochs(networks, "all", epochs).trained(network, "all")
                options = options.model_copy(update={"training_structures": size})
                yield Trial("structures", str(size), "all", network, run, options, main=False)

    def _epochs(
        self, networks: NetworkOptions, network: NetworkName, size: int, own: int | None
    ) -> int:
        """Choose the epochs of a training on another number of structures.

        Steps of a schedule grow as the root of the number: more structures need more steps and
        fewer epochs. Networks that stop by patience have a cap of steps.
        """
        if RECIPES[network].augmented:
            share = (own / size) ** 0.5 if own else 1.0
            return max(1, round(networks.epochs(network, "all") * share))
        return max(1, self.curve.most_steps // ceil(size / networks.batch_size))

    def _search(self, structures: StructuresOptions, networks: NetworkOptions) -> Iterator[Trial]:
        mine, name = self.search, structures.design_set
        pairs = list(product(mine.regression_weights, mine.kl_weights))
        for network, (regression, divergence), run, known in mine.varied(
            pairs, structures, networks
        ):
            weights = {"regression_weight": regression, "kl_weight": divergence}
            objective = networks.objective(network).model_copy(update=weights)
            options = known.model_copy(update={RECIPES[network].objective: objective})
            label = f"{regression:g}-{divergence:g}"
            yield _trial("weights", label, name, network, run, options, networks)

    def _latent(self, structures: StructuresOptions, networks: NetworkOptions) -> Iterator[Trial]:
        mine, name = self.latent, structures.design_set
        for network, value, run, known in mine.varied(mine.values, structures, networks):
            options = known.model_copy(update={"latent": value})
            yield _trial("latent", str(value), name, network, run, options, networks)

    def _components(
        self, structures: StructuresOptions, networks: NetworkOptions
    ) -> Iterator[Trial]:
        mine, name = self.components, structures.design_set
        for network, value, run, known in mine.varied(mine.values, structures, networks):
            options, tried = known.model_copy(update={"components": value}), network
            if value == 1:
                options, tried = known, network.replace("mixture", "gaussian")
            yield _trial("components", str(value), name, tried, run, options, networks)

    def _spread(self, structures: StructuresOptions, networks: NetworkOptions) -> Iterator[Trial]:
        mine, name = self.spread, structures.design_set
        for network, value, run, known in mine.varied(mine.values, structures, networks):
            options = known.model_copy(update={"prior_spread": value})
            yield _trial("spread", f"{value:g}", name, network, run, options, networks)


def _with_mixture(names: Names) -> Names:
    for name in names:
        if not RECIPES[name].mixture:
            raise ValueError(f"{name} has no mixture; remove it.")
    return names


def _with_prior(names: Names) -> Names:
    for name in names:
        if not (RECIPES[name].autoencoder and RECIPES[name].regression):
            raise ValueError(f"{name} has no prior that depends on properties; remove it.")
    return names


def _with_epochs(networks: NetworkOptions, name: SetName, epochs: int | None) -> NetworkOptions:
    if epochs is None:
        return networks
    of_set = EpochsOptions.model_validate({EpochsOptions.key(name): epochs})
    return networks.model_copy(update={"max_epochs": of_set, "scheduled_epochs": of_set})


def _trial(
    varied: Varied,
    label: str,
    name: SetName,
    network: NetworkName,
    run: int,
    options: NetworkOptions,
    networks: NetworkOptions,
) -> Trial:
    mine, main = options.trained(network, name), networks.trained(network, name)
    return Trial(varied, label, name, network, run, mine, main=mine == main)
