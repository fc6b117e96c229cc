"""What reaches a stage: the seed, run, split, model and files that the configuration names.

A dry run prints every command; what each should say follows from the job's wildcards, from the
paths it reads and makes, and from the signature of its stage. So a new rule is guarded as well.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import get_args

import pytest

from .planned import flag, hints, holds

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("chapters")]

FLAGS = {"set": "name", "seed": "replicate"}
"""Wildcards that a flag of another name gives; the flag --seed is the seed of the run."""
NO_TARGET = "none"
"""Target of the networks that predict nothing: a chapter of any target may read them."""
LENT = {
    "composite_trials_train": ["composite", "trials"],
    "arena_chips_plan": ["arena", "chips"],
    "arena_chips_measure": ["arena", "chips"],
    **{
        f"arena_models_{name}": ["arena", "models"]
        for name in ("codes", "encode", "prior", "latent", "flow")
    },
}
"""Rules that run the stage of another chapter, or make what lies in its folder."""
SPLITS_OF = {"held_out": "pair"}
"""Sets that only split the structures of another."""
OF_ANOTHER_LOOP = {
    ("texture_evaluation_trips", "judge"),
    ("composite_inverse_anneal", "objective"),
}
"""The forward model that knows the whole pool judges the loops of all arms; regression alone guides
the search in the latents of other networks."""
OF_TRIALS = "composite_trials_measure"
"""Trials that are main trainings have names of their own, and several may be the same one; a test
of what is configured says which.
"""
SOME_OF_THEIR_KIND = {
    # of one split each
    ("composite_networks_predict", "weights"),
    ("composite_trials_measure", "weights"),
    ("composite_trials_measure", "histories"),
    ("composite_families_apply", "weights"),
    # of C11 alone
    ("composite_forward_section", "predictions"),
    ("composite_networks_reconstruct", "weights"),
    ("composite_inverse_infer", "weights"),
    ("composite_inverse_separate", "weights"),
    ("composite_inverse_section", "structures"),
    ("composite_inverse_section", "tables"),
    ("composite_design_refine", "weights"),
    ("composite_families_apply", "structures"),
    ("composite_families_apply", "stiffness"),
    ("composite_families_apply", "splits"),
    ("composite_families_rebuild", "weights"),
    ("composite_forward_section", "latents"),
    ("composite_families_section", "splits"),
    # parameters of the pool are what the loop asks for, one by one
    ("texture_loop_run", "parameters"),
    # the arms that the paper compares
    ("texture_evaluation_verify", "flows"),
    ("texture_evaluation_verify", "gps"),
}
"""Flags that take some of the artefacts of a kind; tests of their own say which."""

# stages whose threads each make whole pieces of the result
IMAGES = [
    f"{study} images {name}"
    for study in ("temper", "steel")
    for name in ("simulate", "catalogue", "micrographs")
]
POOLS = {
    *IMAGES,
    "composite structures simulate",
    "latent curation simulate",
    "latent curation catalogue",
    "latent curation micrographs",
    "latent datasets simulate",
    "latent datasets inpaint",
    "steel inverse coverage",
    "texture plasticity solve",
}


def paths(job):
    """Yield the flags of a command that name files, with their values."""
    for name, hint in hints(job).items():
        if holds(hint, Path) and flag(name) in job.flags:
            yield flag(name), hint, job.named(flag(name))


def without_options(path):
    """Split a path into the words that name it: folders, and the file without its suffix."""
    *folders, file = PurePosixPath(path).parts
    return [*folders, file.split(".")[0]]


def test_every_stage_gets_all_it_can_be_told(planned):
    """A flag that is left out gives a stage its default: run 0, set `all`, share 1 of 1, seed 0."""
    problems = []
    for job in planned.jobs:
        for name, hint in hints(job).items():
            # the number of threads is a stage's own, but of those in POOLS
            optional = name == "threads" or hint is bool or type(None) in get_args(hint)
            if not optional and not job.flags.get(flag(name)):
                problems.append(f"{job.rule} {job.wildcards}: no --{flag(name)}")
        problems += [
            f"{job.rule}: --{name} is no flag of its stage"
            for name in job.flags
            if name.removeprefix("no-").replace("-", "_") not in hints(job)
        ]
    assert problems == []


def test_no_result_depends_on_the_cores_of_a_job(planned):
    """Threads that a scheduler, --set-threads or --cores decides go to pools of whole pieces alone.

    Sums of torch differ in their last digits with the number of threads: stages that compute with
    it have one, or that of their options. The others let one thread make one image, texture or
    structure.
    """
    told = {" ".join(job.words) for job in planned.jobs if "threads" in job.flags}
    assert told - POOLS == set()
    assert told


def test_every_seed_is_that_of_the_configuration(planned):
    """Whatever is drawn at random follows from the seed of the run."""
    seeds = {job.rule: job.flags["seed"] for job in planned.jobs if "seed" in job.flags}
    assert len(seeds) >= 20
    assert {rule: seed for rule, seed in seeds.items() if seed != [str(planned.config.seed)]} == {}


def test_flags_say_what_the_paths_say(planned):
    """A wildcard of an output is the value of the flag of its name."""
    problems = []
    for job in planned.jobs:
        for name, value in job.wildcards.items():
            given = FLAGS.get(name, name)
            if name == "study":
                said = job.words[0]
            elif given not in hints(job):
                continue
            else:
                (said,) = job.flags.get(flag(given), [NO_TARGET])
            if said != value:
                problems.append(f"{job.rule} makes {name} {value} with {said}")
        words = LENT.get(job.rule, [*job.words[:2]])
        folder = "/".join(["results", planned.config.run, *words]).removesuffix("/report")
        problems += [
            f"{job.words} makes {path}" for path in job.outputs if not path.startswith(f"{folder}/")
        ]
    assert problems == []


def test_a_command_names_the_files_of_its_rule_and_no_others(planned):
    """What is read and not declared is not made first; what is declared and not read is wasted."""
    problems = []
    for job in planned.jobs:
        named = [
            path
            for name, _, values in paths(job)
            for path in values.values()
            if (job.rule, name) not in OF_ANOTHER_LOOP
        ]
        problems += [
            f"{job.rule} gives {path} twice"
            for path in named
            if named.count(path) > 1 and job.rule != OF_TRIALS
        ]
        known = {*job.inputs, *job.outputs}
        # figures are named by their folder, as is all that a loop makes
        folders = {
            str(PurePosixPath(path).parent)
            for path in job.outputs
            if "figures" in path or "made" in job.flags
        }
        problems += [f"{job.rule} names {path}" for path in named if path not in known | folders]
        beside = set(job.named("sheet").values()) if "sheet" in job.flags else set()
        everywhere = {path for _, _, values in paths(job) for path in values.values()}
        for path in known - everywhere:
            of_sheet = beside and path.endswith((".tif", "simulated/images"))
            if not of_sheet and not any(path.startswith(f"{folder}/") for folder in folders):
                problems.append(f"{job.rule} does not name {path}")
    assert problems == []


def test_a_flag_takes_files_of_one_kind(planned):
    """All files of a flag of a rule have the same name, but for the number of a share or a run."""
    kinds = defaultdict(set)
    for job in planned.jobs:
        for name, _, values in paths(job):
            files = {PurePosixPath(path).name for path in values.values()}
            kinds[job.rule, name] |= {re.sub(r"\d+", "#", file) for file in files}
    several = {key for key, names in kinds.items() if len(names) > 1}
    # a simulated dataset lies in shares, and the crops of a database in one store
    divided = {
        (f"latent_{rule}", name)
        for rule in (
            "networks_train",
            "evaluation_apply",
            "evaluation_measure",
            "evaluation_section",
        )
        for name in ("images", "tables")
    }
    beside = divided | {
        # structures that were searched for lie beside those that were inferred
        ("composite_inverse_section", "proposed"),
        ("composite_inverse_section", "checks"),
        # one chapter's tables by their names; simulated chips beside generated ones
        ("steel_generation_section", "tables"),
        ("steel_generation_section", "stores"),
    }
    assert several <= beside


def test_inputs_belong_to_the_same_run_and_model_as_outputs(planned):
    """A job reads what was made with its own wildcards; the others of its inputs are named."""
    problems = []
    for job in planned.jobs:
        for name, hint, values in paths(job):
            for label, path in values.items():
                maker = planned.makers.get(path)
                if maker is None or path in job.outputs:
                    continue
                words = label.split("/") if holds(hint, Mapping) else []
                words += [part for each in job.wildcards.values() for part in each.split("/")]
                words += [SPLITS_OF.get(word, word) for word in words]
                for wildcard, value in maker.wildcards.items():
                    mine = job.wildcards.get(wildcard)
                    if f"{wildcard}{value}" in words or value in {mine, NO_TARGET, *words}:
                        continue
                    if (job.rule, name) in OF_ANOTHER_LOOP:
                        continue
                    if mine is not None or (wildcard == "run" and value != "0"):
                        problems.append(f"{job.rule} {job.wildcards} --{name} reads {path}")
    assert problems == []


def test_inputs_of_a_job_are_of_one_set(planned):
    """Networks of a set of structures are used with the tables of this set."""
    problems = []
    for job in planned.jobs:
        read = {}
        for _, _, values in paths(job):
            for label, path in values.items():
                maker = planned.makers.get(path)
                of_set = maker.wildcards.get("set") if maker else None
                if of_set not in {None, *label.split("/")}:
                    read[path] = SPLITS_OF.get(of_set, of_set)
        if len(set(read.values())) > 1:
            problems.append(f"{job.rule} reads {read}")
    assert problems == []


def test_every_name_is_that_of_its_file(planned):
    """In NAME=PATH the words of the name are words of the path, in this order."""
    problems, pairs = [], 0
    for job in planned.jobs:
        for name, hint, values in paths(job):
            if not holds(hint, Mapping) or job.rule == OF_TRIALS:
                continue
            for label, path in values.items():
                pairs += 1
                words = iter(without_options(path))
                if not all(part in words for part in label.split("/")):
                    problems.append(f"{job.rule} --{name} {label}={path}")
    assert pairs > 50
    assert problems == []


def test_shares_come_in_order_and_all_of_them(planned):
    """A whole is read from share 1 to the last: 2-of-11 before 10-of-11."""
    joined = set()
    kinds = Counter((path.parent, path.suffix) for path in map(PurePosixPath, planned.makers))
    for job in planned.jobs:
        for name, hint, values in paths(job):
            files = [PurePosixPath(path) for path in values.values()]
            maker = planned.makers.get(str(files[0]))
            if not holds(hint, tuple) or maker is None or "shard" not in maker.wildcards:
                continue
            shares = [f"{place}-of-{len(files)}" for place in range(1, len(files) + 1)]
            assert [file.stem for file in files] == shares, job.rule
            assert kinds[files[0].parent, files[0].suffix] == len(files)
            joined.add((job.rule, name))
    # of the other studies a flag each, of the latent one two flags of three stages
    assert len(joined) >= 9


def test_what_is_compared_is_complete(planned):
    """A flag with several names takes every artefact of its kind that differs in these alone.

    For example every training of every seed, or every network of a target in the first run.
    """
    problems = []
    for job in planned.jobs:
        for name, hint, values in paths(job):
            if not holds(hint, Mapping) or (job.rule, name) in SOME_OF_THEIR_KIND:
                continue
            made = [(planned.makers[path], path) for path in values.values()]
            if len({(maker.rule, PurePosixPath(path).name) for maker, path in made}) > 1:
                continue
            maker, path = made[0]
            same = {
                key: value
                for key, value in maker.wildcards.items()
                if {each.wildcards[key] for each, _ in made} == {value}
            }
            every = {
                other
                for each in planned.of(maker.rule)
                for other in each.outputs
                if same.items() <= each.wildcards.items()
                and (
                    PurePosixPath(other).name == PurePosixPath(path).name
                    or PurePosixPath(other).stem == f"run{each.wildcards.get('run')}"
                )
            }
            if every != set(values.values()):
                problems.append(f"{job.rule} --{name} lacks {every - set(values.values())}")
    assert problems == []
