"""What reaches a stage: the seed, run, split, model and files that the configuration names.

A dry run prints every command; what each should say follows from the job's wildcards, from the
paths it reads and makes, and from the signature of its stage. So a new rule is guarded as well.
"""

import importlib
import inspect
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import product
from pathlib import Path, PurePosixPath
from typing import get_args, get_origin, get_type_hints

import pytest

from pspflow.options import Options

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("chapters")]

SCALES = ("tests/config.yaml", "workflow/config/reference.yaml", "workflow/config/paper.yaml")
OWN = "own"
FLAGS = {"set": "name", "seed": "replicate"}
"""Wildcards that a flag of another name gives; the flag --seed is the seed of the run."""
NO_TARGET = "none"
"""Target of the networks that predict nothing: a chapter of any target may read them."""
OTHER_SET = {("composite_inverse_anneal", "objective")}
"""Networks of the set `all` that guide a search on the set of inverse design."""
SOME_OF_THEIR_KIND = {
    ("composite_networks_reconstruct", "weights"),
    ("composite_inverse_infer", "weights"),
}
"""Flags that take some of the artefacts of a kind; tests of their own say which."""

DERIVED = {("temper_flows_train", "regularisations"), ("images_section", "simulated")}
"""Options that follow from the configuration and are not in it; tests of their own say which."""

OWN_DEVICE = {"composite_structures_solve"}
"""Rules without networks, whose device is an option of their own; tests of theirs say which."""

OF_THE_WORKFLOW = {
    ("forward", "models", "c11"),
    ("forward", "models", "normal"),
    ("localization", "models"),
    ("localization", "structures"),
    ("structures", "solver", "shards"),
    ("persistence", "shards"),
}
"""Options that decide which jobs there are, and of which no stage is told."""


@pytest.fixture(scope="module", params=[*SCALES, OWN])
def planned(request, make_checkout):
    """Plan a run of every scale, and one of a user's own micrographs and structures."""
    checkout = make_checkout("wiring")
    if request.param != OWN:
        return checkout.dry_run(request.param)
    for name in ("a.tif", "stack.npy", "phases.csv", "table.csv", "vgg.safetensors"):
        (checkout.folder / name).touch()
    sheet = "image,domain,specimen\na.tif,b,s1\na.tif,a,s1\n"
    (checkout.folder / "sheet.csv").write_text(sheet)
    files = {"file": "stack.npy", "phases": "phases.csv", "table": "table.csv", "array": "mine"}
    images = {
        "source": "micrographs",
        "micrographs": {"sheet": "sheet.csv"},
        "domains": [{"name": "b", "label": "x"}, {"name": "a"}],
    }
    values = {
        "run": OWN,
        "seed": 11,
        "temper": {"images": images, "persistence": {"shards": 11}},
        "composite": {
            "structures": {
                "source": "stack",
                "stack": files,
                "solver": {"device": "cuda", "shards": 3},
                "split": {"runs": 12},
            },
            "networks": {"style_weights": "vgg.safetensors"},
            "localization": {"structures": None},
        },
    }
    return checkout.dry_run(checkout.overlay("own.yaml", values))


def hints(job):
    """Return the types of a stage's parameters; all its flags have the same names."""
    module, _, name = job.stage.place.partition(":")
    function = getattr(importlib.import_module(module), name)
    types = get_type_hints(function)
    return {each: types[each] for each in inspect.signature(function).parameters}


def holds(hint, kind):
    """Tell whether a type is, or is made of, a class."""
    plain = get_origin(hint) or hint
    mine = isinstance(plain, type) and issubclass(plain, kind)
    return mine or any(holds(part, kind) for part in get_args(hint))


def flag(name):
    return name.replace("_", "-")


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
            optional = hint is bool or type(None) in get_args(hint)
            if not optional and not job.flags.get(flag(name)):
                problems.append(f"{job.rule} {job.wildcards}: no --{flag(name)}")
        problems += [
            f"{job.rule}: --{name} is no flag of its stage"
            for name in job.flags
            if name.removeprefix("no-").replace("-", "_") not in hints(job)
        ]
    assert problems == []


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
                (said,) = job.flags.get(given, [NO_TARGET])
            if said != value:
                problems.append(f"{job.rule} makes {name} {value} with {said}")
        folder = "/".join(["results", planned.config.run, *job.words[:2]]).removesuffix("/report")
        problems += [
            f"{job.words} makes {path}" for path in job.outputs if not path.startswith(f"{folder}/")
        ]
    assert problems == []


def test_a_command_names_the_files_of_its_rule_and_no_others(planned):
    """What is read and not declared is not made first; what is declared and not read is wasted."""
    problems = []
    for job in planned.jobs:
        named = [path for _, _, values in paths(job) for path in values.values()]
        problems += [f"{job.rule} gives {path} twice" for path in named if named.count(path) > 1]
        known = {*job.inputs, *job.outputs}
        # figures are named by their folder
        folders = {str(PurePosixPath(path).parent) for path in job.outputs if "figures" in path}
        problems += [f"{job.rule} names {path}" for path in named if path not in known | folders]
        beside = set(job.named("sheet").values()) if "sheet" in job.flags else set()
        for path in known - set(named):
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
    # structures that were searched for lie beside those that were inferred
    assert several <= {("composite_inverse_section", "proposed")}


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
                for wildcard, value in maker.wildcards.items():
                    mine = job.wildcards.get(wildcard)
                    if f"{wildcard}{value}" in words or value in {mine, NO_TARGET, *words}:
                        continue
                    if mine is not None or (wildcard == "run" and value != "0"):
                        problems.append(f"{job.rule} {job.wildcards} --{name} reads {path}")
    assert problems == []


def test_inputs_of_a_job_are_of_one_set(planned):
    """Networks of a set of structures are used with the tables of this set."""
    problems = []
    for job in planned.jobs:
        read = {}
        for name, _, values in paths(job):
            for label, path in values.items():
                maker = planned.makers.get(path)
                of_set = maker.wildcards.get("set") if maker else None
                if of_set not in {None, *label.split("/")} and (job.rule, name) not in OTHER_SET:
                    read[path] = of_set
        if len(set(read.values())) > 1:
            problems.append(f"{job.rule} reads {read}")
    assert problems == []


def test_every_name_is_that_of_its_file(planned):
    """In NAME=PATH the words of the name are words of the path, in this order."""
    problems, pairs = [], 0
    for job in planned.jobs:
        for name, hint, values in paths(job):
            if not holds(hint, Mapping):
                continue
            for label, path in values.items():
                pairs += 1
                words = iter(without_options(path))
                if not all(part in words for part in label.split("/")):
                    problems.append(f"{job.rule} --{name} {label}={path}")
    assert pairs > 50
    assert problems == []


def test_shares_come_in_order_and_all_of_them(planned):
    """A whole is joined from share 1 to the last: 2-of-11 before 10-of-11."""
    joined = 0
    for job in planned.jobs:
        if "shards" not in job.flags:
            continue
        names = [PurePosixPath(path).name.removesuffix(".zarr") for path in job.flags["shards"]]
        count = len(names)
        assert names == [f"{place}-of-{count}" for place in range(1, count + 1)], job.rule
        folder = PurePosixPath(job.flags["shards"][0]).parent
        made = [path for path in planned.makers if PurePosixPath(path).parent == folder]
        assert len(made) == count
        joined += 1
    assert joined >= 3


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


def of(planned, rule, *names):
    """Return the wildcards of a rule's jobs, each once."""
    found = [tuple(job.wildcards[name] for name in names) for job in planned.of(rule)]
    assert len(set(found)) == len(found)
    return set(found)


def test_every_flow_that_the_configuration_names_is_trained_and_tested(planned):
    """Every regularisation with every seed, and no other, from training to comparison."""
    flows = planned.config.temper.flows
    wanted = {
        (kind, str(seed)) for kind, seed in product(flows.regularisations, range(flows.seeds))
    }
    for rule in ("temper_flows_train", "temper_transfer_chips"):
        assert of(planned, rule, "regularisation", "seed") == wanted
    names = [f"{kind}/seed{seed}" for kind in flows.regularisations for seed in range(flows.seeds)]
    taken = {
        "temper_flows_section": ["histories"],
        "temper_transfer_plausibility": ["synthetic"],
        "temper_transfer_preservation": ["synthetic"],
        "temper_transfer_section": ["synthetic", "checks"],
    }
    for rule, given in taken.items():
        (job,) = planned.of(rule)
        for name in given:
            assert list(job.named(name)) == names, (rule, name)


def test_every_network_that_the_configuration_names_is_trained_and_tested(planned):
    """Every target, network and run, and no other, from training to comparison."""
    config = planned.config.composite
    runs = [str(run) for run in range(config.structures.split.runs)]
    forward, inverse = config.forward.models.model_dump(), config.inverse.models.model_dump()
    design = config.structures.design_set
    predicted = {
        ("all", target, network, run)
        for target, networks in forward.items()
        for network, run in product(networks, runs)
    }
    designers = {(design, target, each, "0") for target in inverse for each in inverse[target]}
    plain = {("all", "none", "vae", run) for run in runs}
    key = ("set", "target", "network", "run")
    assert of(planned, "composite_networks_train", *key) == predicted | designers | plain
    assert of(planned, "composite_networks_predict", *key) == predicted
    assert of(planned, "composite_networks_encode", *key) > plain
    assert of(planned, "composite_forward_baselines", "target", "run") == {*product(forward, runs)}
    (accuracy,) = planned.of("composite_forward_accuracy")
    names = {"/".join([target, each, f"run{run}"]) for _, target, each, run in predicted}
    assert set(accuracy.named("predictions")) == names
    assert set(accuracy.named("baselines")) == {
        f"{t}/run{run}" for t, run in product(forward, runs)
    }
    for rule in ("composite_inverse_infer", "composite_inverse_rank"):
        assert of(planned, rule, "target") == {(target,) for target in inverse}
    for job in planned.of("composite_inverse_infer"):
        assert tuple(job.named("weights")) == inverse[job.wildcards["target"]]


def test_the_search_decodes_by_the_designer_and_is_guided_by_regression(planned):
    """Latents and weights are of one network, on the set of inverse design; so are designs."""
    config = planned.config.composite
    root = f"results/{planned.config.run}/composite/networks"
    folder = f"{root}/{config.structures.design_set}/c11/mixture_statistics/run0"
    (job,) = planned.of("composite_inverse_anneal")
    assert job.flags["weights"] == [f"{folder}/weights.safetensors"]
    assert job.flags["latents"] == [f"{folder}/latents.parquet"]
    assert job.flags["objective"] == [f"{root}/all/c11/cnn/run0/weights.safetensors"]
    for job in planned.of("composite_inverse_rank"):
        target = job.wildcards["target"]
        folder = f"{root}/{config.structures.design_set}/{target}/mixture_statistics/run0"
        assert job.flags["weights"] == [f"{folder}/weights.safetensors"]
    (job,) = planned.of("composite_networks_reconstruct")
    decoders = {"vae": "none"} | {
        name: "c11" for name in config.forward.models.c11 if not name.startswith("cnn")
    }
    assert job.named("weights") == {
        name: f"{root}/all/{target}/{name}/run0/weights.safetensors"
        for name, target in decoders.items()
    }


def test_what_uses_networks_runs_where_the_configuration_says(planned):
    """Each stage with a device is told it, and its rule asks the scheduler for a GPU; no other."""
    for job in planned.jobs:
        if job.rule in OWN_DEVICE:
            continue
        told = [planned.config.device] if "device" in hints(job) else None
        assert job.flags.get("device") == told, job.rule
        assert ("gpu=1" in job.resources) == (told is not None), job.rule


def test_the_regularisation_gets_what_it_computes_images_with(planned):
    """The exact layer its grid and images, PI-Net its pooled head, and none neither."""
    root = f"results/{planned.config.run}/temper"
    grid, images = f"{root}/persistence/grid.parquet", f"{root}/persistence/images.zarr"
    wanted = {
        "none": {},
        "pinet": {"pinet": [f"{root}/pinet/pooled/weights.safetensors"]},
        "exact": {"persistence": [images], "grid": [grid]},
    }
    for job in planned.of("temper_flows_train"):
        given = {
            name: job.flags[name] for name in ("pinet", "persistence", "grid") if name in job.flags
        }
        assert given == wanted[job.wildcards["regularisation"]]


def test_work_is_divided_as_the_configuration_says(planned):
    """As many shares as it names, for every set, and as many fields."""
    persistence = planned.config.temper.persistence.shards
    assert len(of(planned, "persistence_compute", "shard")) == persistence
    structures = planned.config.composite.structures
    shares = {
        f"{place}-of-{structures.solver.shards}" for place in range(1, structures.solver.shards + 1)
    }
    solved = of(planned, "composite_structures_solve", "set", "shard")
    assert solved == {*product(structures.sets, shares)}
    fields = {"all": str(planned.config.composite.localization.structures or "all"), "pair": "0"}
    for job in planned.of("composite_structures_solve"):
        assert job.flags["fields"] == [fields[job.wildcards["set"]]]


def test_what_the_page_says_of_the_data_is_so(planned):
    """Simulated data are named as such, and the paper's values are for its material alone."""
    config = planned.config
    simulated = config.temper.images.source == "simulated"
    material = (
        "papers-material" if config.composite.structures.papers_material else "no-papers-material"
    )
    sections = [job for job in planned.jobs if job.words[-1] == "section"]
    for job in sections:
        if "simulated" in hints(job):
            assert ("simulated" in job.flags) == simulated, job.rule
        if "papers_material" in hints(job):
            assert {material} == job.flags.keys() & {"papers-material", "no-papers-material"}
    (job,) = planned.of("images_section")
    assert options_of(job)["simulated"] == simulated


def options_of(job):
    return json.loads(job.flags["options"][0])


def test_every_option_is_the_configured_one_or_a_default(planned):
    """Of what a stage is told, nothing comes from elsewhere."""
    problems = []
    for job in planned.jobs:
        section = getattr(planned.config, job.words[0])
        if job.words[0] == "composite":
            section = section.resolved()
        configured = defaultdict(list)
        for key, value in leaves(section.model_dump(mode="json")):
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
                if job.words[0] == study and holds(hint, Options) and flag(name) in job.flags:
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
        "preservation": ["resamples", "label_chips_per_specimen", "label_runs"],
        "section": list(type(transfer).model_fields),
    }
    for stage, names in acting.items():
        for job in planned.of(f"temper_transfer_{stage}"):
            told = options_of(job)
            assert {name: told[name] for name in names} == transfer.model_dump(include=set(names))
    for job in planned.of("temper_pinet_evaluate"):
        most = min(100, planned.config.temper.pinet.chips_per_specimen)
        assert job.flags["chips-per-specimen"] == [str(most)]


def test_options_that_act_are_the_configured_ones(planned):
    """Epochs of a set, objective of a network, weight of a regularisation, what is wanted."""
    config = planned.config
    for job in planned.of("composite_networks_train"):
        told, networks = options_of(job), config.composite.networks
        of_set = job.wildcards["set"]
        assert told["max_epochs"][of_set] == getattr(networks.max_epochs, of_set)
        ours = (
            "statistics"
            if re.search("statistics|augmented", job.wildcards["network"])
            else "published"
        )
        assert told[ours]["learning_rate"] == getattr(networks, ours).learning_rate
        for name in ("width", "dense", "batch_size", "patience"):
            assert told[name] == getattr(networks, name)
    for job in planned.of("composite_localization_train"):
        part = "fno" if job.wildcards["localizer"] == "fno" else "cpnet"
        assert options_of(job)[part] == getattr(config.composite.localization, part).model_dump(
            mode="json"
        )
    for job in planned.of("temper_flows_train"):
        kind = job.wildcards["regularisation"]
        assert options_of(job)["regularisations"] == [kind]
        weights = config.temper.flows.topology_weight.model_dump()
        if kind in weights:
            assert options_of(job)["topology_weight"][kind] == weights[kind]
    inverse = config.composite.resolved().inverse
    for rule, count in (
        ("composite_inverse_infer", "draws"),
        ("composite_inverse_rank", "candidates"),
    ):
        for job in planned.of(rule):
            told = options_of(job)
            assert told[count] == getattr(inverse, count)
            if job.wildcards["target"] == "c11":
                assert told["c11_gpa"] == (list(inverse.c11_gpa) if inverse.c11_gpa else None)
            else:
                assert told["vectors"] == inverse.vectors
    for job in planned.of("composite_structures_simulate"):
        made = config.composite.structures.simulated
        count = "structures" if job.wildcards["set"] == "all" else "pair_structures"
        assert options_of(job)[count] == getattr(made, count)
    for job in planned.of("composite_structures_split"):
        assert options_of(job) == config.composite.structures.split.model_dump(mode="json")
