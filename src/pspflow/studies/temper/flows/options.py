"""Options of the flows; their docstrings are the schema's help."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self, get_args

from pydantic import (
    Field,
    field_serializer,
    field_validator,
    model_validator,
)

from pspflow.options import Options
from pspflow.studies.temper.flows.training_options import (
    OF_ONE_ARCHITECTURE,
    FlowTraining,
    Regularisation,
    TopologyWeights,
)

REGULARISATIONS: Final[tuple[Regularisation, ...]] = get_args(Regularisation)
UNREGULARISED: Final = "none"
BASELINE: Final = "gan"
"""The conditional GAN, which is judged beside the flows."""
RESERVED: Final[Mapping[str, str]] = {
    **dict.fromkeys(REGULARISATIONS, "regularisation"),
    BASELINE: "baseline",
    "figures": "folder",
}
"""Names that no variant may have, and of what they are."""
NAME: Final = r"[a-z][a-z0-9_]*"


class FlowVariant(FlowTraining):
    """A variant of the flows: options that it does not give are those of temper.flows."""

    regularisation: Regularisation = "none"
    """What computes the persistence images that discriminators see: none, pinet or exact."""
    compared_with: str | None = None
    """Variant or regularisation from which its distances are subtracted; null: none, if that is
    trained."""
    seeds: Annotated[int, Field(ge=1, le=99)] | None = None
    """Trainings of this variant; null: as many as of the others."""


class FlowOptions(FlowTraining):
    """The flows and how they are trained; the paper's values are in workflow/config/paper.yaml."""

    regularisations: Annotated[tuple[Regularisation, ...], Field(min_length=1)] = ("none", "exact")
    """Topological regularisations to train with: none, pinet (the paper's), exact."""
    variants: dict[str, FlowVariant] = {}  # noqa: RUF012 - pydantic copies it
    """Further variants by name, each with the options in which it differs, for example
    {realnvp: {regularisation: exact, architecture: realnvp, blocks: 2}}."""
    seeds: Annotated[int, Field(ge=1, le=99)] = 1
    """Trainings of each regularisation and variant; the paper's 3."""

    @property
    def kinds(self) -> dict[str, Regularisation]:
        """Every regularisation and variant that is trained, and its regularisation."""
        plain: dict[str, Regularisation] = {name: name for name in self.regularisations}
        return plain | {name: each.regularisation for name, each in self.variants.items()}

    @property
    def trainings(self) -> tuple[str, ...]:
        """Name every training: a regularisation or variant and the number of its seed."""
        own = {name: each.seeds for name, each in self.variants.items()}
        return tuple(
            f"{kind}/seed{seed}"
            for kind in self.kinds
            for seed in range(own.get(kind) or self.seeds)
        )

    @property
    def comparisons(self) -> dict[str, str]:
        """What is compared with what: `kinds` and the GAN, each with its counterpart."""
        known = self.kinds
        wanted = {
            name: (self.variants[name].compared_with if name in self.variants else None)
            or UNREGULARISED
            for name in known
        }
        found = {name: other for name, other in wanted.items() if other in known and other != name}
        return found | ({BASELINE: UNREGULARISED} if UNREGULARISED in known else {})

    def training(self, kind: str) -> FlowTraining:
        """Return the options that act on the training of a regularisation or variant."""
        given = {name: getattr(self, name) for name in FlowTraining.model_fields}
        if kind in self.variants:
            mine = _given(self.variants[kind])
            given |= {name: mine[name] for name in mine if name in given}
            weights = _given(self.variants[kind].topology_weight)
            given["topology_weight"] = self.topology_weight.model_copy(update=weights)
        return FlowTraining.model_validate(given).acting(self.kinds[kind])

    def chosen(self) -> Self:
        """Reset options of an architecture, and weights of regularisations, that none trains."""
        others = {name: self.training(name).architecture for name in self.variants}
        unused = [
            option
            for kind, options in OF_ONE_ARCHITECTURE.items()
            for option in options
            if kind != self.architecture
            and all(
                option in self.variants[name].model_fields_set
                for name, architecture in others.items()
                if architecture == kind
            )
        ]
        trained = set(self.kinds.values())
        weights = {
            name: weight
            for name, weight in self.topology_weight.model_dump().items()
            if name in trained
        }
        weight = TopologyWeights.model_validate(weights)
        return self.without(*unused).model_copy(update={"topology_weight": weight})

    @property
    def smallest_chip_px(self) -> int:
        """Smallest edge of a chip of which the discriminators of every kind classify a patch."""
        return max(self.training(kind).smallest_chip_px for kind in self.kinds)

    @field_validator("regularisations")
    @classmethod
    def _once_each(cls, names: tuple[Regularisation, ...]) -> tuple[Regularisation, ...]:
        if len(set(names)) < len(names):
            raise ValueError(f"{list(names)} names one regularisation twice; remove one.")
        return names

    @field_serializer("variants")
    def _written(self, variants: dict[str, FlowVariant]) -> dict[str, dict[str, Any]]:
        """Write what each variant gives: a stage that reads it knows what it does not give."""
        return {
            name: each.model_dump(mode="json", exclude_unset=True)
            for name, each in variants.items()
        }

    @field_validator("variants")
    @classmethod
    def _names_of_their_own(cls, variants: dict[str, FlowVariant]) -> dict[str, FlowVariant]:
        for name in variants:
            if not re.fullmatch(NAME, name):
                raise ValueError(
                    f"{name!r} names a variant and its folder; use small letters, digits and _."
                )
            if name in RESERVED:
                raise ValueError(f"{name!r} is the name of a {RESERVED[name]}; choose another.")
        return variants

    @model_validator(mode="after")
    def _counterparts_are_trained(self) -> Self:
        for name, each in self.variants.items():
            others = sorted(set(self.kinds) - {name})
            if each.compared_with is not None and each.compared_with not in others:
                raise ValueError(
                    f"variants.{name}.compared_with is {each.compared_with!r}, which is not "
                    f"trained; give one of {', '.join(others)}."
                )
        return self

    @model_validator(mode="after")
    def _discriminators_play(self) -> Self:
        for kind in self.kinds:
            used = self.training(kind)
            if not used.played:
                where = f" in variants.{kind}" if kind in self.variants else ""
                raise ValueError(
                    f"likelihood_share is {used.likelihood_share} of {used.epochs} epochs{where}: "
                    "none is left to the discriminators; lower it or raise epochs."
                )
        return self


def _given(options: Options) -> dict[str, Any]:
    """Return the options that were given, and not those that have their defaults."""
    return {name: getattr(options, name) for name in options.model_fields_set}
