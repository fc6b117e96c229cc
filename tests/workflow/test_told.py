"""Each option of the configuration reaches a stage, and stages are told nothing else."""

import json
from collections import defaultdict
from collections.abc import Mapping

import pytest

from pspflow.options import Options
from pspflow.studies.composite.networks.options import EpochsOptions
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.studies.composite.structures.options import SET_NAMES, SimulatedOptions

from .planned import flag, hints, holds, options_of

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("chapters")]

DERIVED = {
    ("images_section", "simulated"),
    ("texture_loop_run", "random_observations"),
    ("steel_prior_train", "held_out"),
    # what varies in a trial
    *(
        ("composite_trials_train", *key)
        for key in [
            ("latent",),
            ("components",),
            ("prior_spread",),
            ("training_structures",),
            *[(f"{kind}_epochs", name) for kind in ("max", "scheduled") for name in SET_NAMES],
            *[
                (objective, f"{part}_weight")
                for objective in ("published", "scheduled", "statistics")
                for part in ("regression", "kl")
            ],
        ]
    ),
    # those of its dataset
    ("latent_networks_train", "epochs"),
    # chips of one size, and the same epochs for networks of all studies
    ("arena_chips_plan", "size_px"),
    ("arena_models_codes", "max_epochs"),
    ("arena_models_codes", "patience"),
    ("arena_models_codes", "crop_px"),
    ("arena_models_prior", "max_epochs"),
    ("arena_models_prior", "patience"),
    ("arena_models_latent", "snapshots"),
    ("arena_models_latent", "most_images"),
    ("arena_models_flow", "steps_per_epoch"),
    ("arena_models_flow", "likelihood_share"),
}
"""Options that follow from the configuration and are not in it; tests of their own say which."""
OF_THE_WORKFLOW = {
    ("forward", "models", "c11"),
    ("forward", "models", "normal"),
    ("forward", "runs"),
    ("localization", "models", "strain"),
    ("localization", "models", "stress"),
    ("localization", "runs"),
    ("families", "networks"),
    ("families", "decoders"),
    ("families", "runs"),
    ("inverse", "large_pair", "models"),
    ("inverse", "large_pair", "runs"),
    ("design", "held_out"),
    ("inverse", "models"),
    ("inverse", "vector_runs"),
    ("localization", "structures"),
    ("structures", "solver", "shards"),
    ("persistence", "shards"),
}
"""Options that decide which jobs there are, and of which no stage is told."""


def test_every_option_is_the_configured_one_or_a_default(planned):
    """Of what a stage is told, nothing comes from elsewhere."""
    problems = []
    for job in planned.jobs:
        section = getattr(planned.config, job.words[0])
        if job.words[0] == "composite":
            section = section.resolved()
        configured = defaultdict(list)
        sections = [section, *([planned.config.arena] if job.rule.startswith("arena_") else [])]
        for each in sections:
            for key, value in leaves(each.model_dump(mode="json")):
                configured[key[-1]].append(value)
        for name, hint in hints(job).items():
            if not holds(hint, Options) or flag(name) not in job.flags:
                continue
            needed = any(field.is_required() for field in hint.model_fields.values())
            defaults = {} if needed else dict(leaves(hint().model_dump(mode="json")))
            problems += [
                f"{job.rule} {job.wildcards} {key}: {value}"
                for key, value in leaves(json.loads(job.flags[flag(name)][0]))
                if (job.rule, *key) not in DERIVED
                and value not in [*configured[key[-1]], defaults.get(key)]
            ]
    assert problems == []


def test_every_configured_option_reaches_a_stage(planned):
    """What stages are told holds every value of the configuration that is not a default."""
    missing = []
    for study, chapters in planned.config:
        if not isinstance(chapters, Options):
            continue
        given = chapters.resolved() if study == "composite" else chapters
        defaults = dict(leaves(type(chapters)().model_dump(mode="json")))
        told = defaultdict(list)
        for job in planned.jobs:
            for name, hint in hints(job).items():
                of_study = job.words[0] == study or job.rule.startswith(f"{study}_")
                if of_study and holds(hint, Options) and flag(name) in job.flags:
                    for key, value in leaves(json.loads(job.flags[flag(name)][0])):
                        told[key[-1]].append(value)
        missing += [
            (study, *key)
            for key, value in leaves(given.chosen().model_dump(mode="json"))
            if value != defaults.get(key)
            and key not in OF_THE_WORKFLOW
            and told[key[-1]]
            and value not in told[key[-1]]
        ]
    assert missing == []


def leaves(values, key=()):
    """Yield the keys of nested values, each as a tuple, and the values."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*key, name))
        else:
            yield (*key, name), value


def test_the_transfer_is_told_how_many_chips_and_resamples(planned):
    """Each of its stages gets what acts on it, as configured."""
    transfer = planned.config.temper.transfer
    acting = {
        "chips": ["chips_per_specimen"],
        "plausibility": ["chips_per_specimen", "resamples"],
        "preservation": [
            "resamples",
            "label_chips_per_specimen",
            "label_runs",
            "label_components",
        ],
        "section": list(type(transfer).model_fields),
    }
    for stage, names in acting.items():
        for job in planned.of(f"temper_transfer_{stage}"):
            told = options_of(job)
            assert {name: told[name] for name in names} == transfer.model_dump(include=set(names))
    for job in planned.of("temper_pinet_evaluate"):
        most = min(100, planned.config.temper.pinet.chips_per_specimen)
        assert job.flags["chips-per-specimen"] == [str(most)]


def test_flows_are_told_what_acts_on_their_variant(planned):
    """What it gives, and of the flows the rest; the weight of its own regularisation."""
    flows = planned.config.temper.flows
    for job in planned.of("temper_flows_train"):
        kind = job.wildcards["variant"]
        regularisation, told = flows.kinds[kind], options_of(job)
        assert job.flags["regularisation"] == [regularisation]
        assert told == flows.training(kind).model_dump(mode="json")
        for name in flows.variants[kind].model_fields_set if kind in flows.variants else ():
            if name in told:
                assert told[name] == flows.variants[kind].model_dump(mode="json")[name]
        own = flows.variants[kind].model_fields_set if kind in flows.variants else set()
        if regularisation != "none":
            weights = flows.variants[kind] if "topology_weight" in own else flows
            weight = getattr(weights.topology_weight, regularisation)
            assert told["topology_weight"][regularisation] == weight


def test_options_that_act_are_the_configured_ones(planned):
    """Epochs of a set, objective of a network, weight of a regularisation, what is wanted."""
    config = planned.config
    for job in planned.of("composite_networks_train"):
        told, networks = options_of(job), config.composite.networks
        recipe = RECIPES[job.wildcards["network"]]
        epochs = "scheduled_epochs" if recipe.augmented else "max_epochs"
        of_set = EpochsOptions.key(job.wildcards["set"])
        assert told[epochs][of_set] == getattr(getattr(networks, epochs), of_set)
        learning_rate = getattr(networks, recipe.objective).learning_rate
        assert told[recipe.objective]["learning_rate"] == learning_rate
        for name in ("width", "dense", "batch_size"):
            assert told[name] == getattr(networks, name)
    for job in planned.of("composite_localization_train"):
        part = "fno" if job.wildcards["localizer"] == "fno" else "cpnet"
        assert options_of(job)[part] == getattr(config.composite.localization, part).model_dump(
            mode="json"
        )
    inverse = config.composite.resolved().inverse
    for job in planned.of("composite_inverse_infer"):
        told = options_of(job)
        if job.wildcards["target"] == "c11":
            assert told["c11_gpa"] == (list(inverse.c11_gpa) if inverse.c11_gpa else None)
        else:
            assert told["vectors"] == inverse.vectors
    for job in planned.of("composite_design_refine"):
        assert options_of(job)["candidates"] == config.composite.design.candidates
    for job in planned.of("composite_structures_simulate"):
        made = config.composite.structures.simulated
        told = SimulatedOptions.model_validate(options_of(job))
        assert told.count(job.wildcards["set"]) == made.count(job.wildcards["set"])
        assert told.edge(job.wildcards["set"]) == made.edge(job.wildcards["set"])
    for job in planned.of("composite_structures_split"):
        assert options_of(job) == config.composite.structures.split.model_dump(mode="json")
