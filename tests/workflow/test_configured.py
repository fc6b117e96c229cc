"""What the configuration names is made, and nothing else."""

from itertools import product

import pytest

from pspflow.studies.composite.inverse.options import DESIGNER, GUIDE

from .planned import hints, options_of

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("chapters")]

OWN_DEVICE = {"composite_structures_solve"}
"""Rules without networks, whose device is an option of their own; tests of theirs say which."""


def of(planned, rule, *names):
    """Return the wildcards of a rule's jobs, each once."""
    found = [tuple(job.wildcards[name] for name in names) for job in planned.of(rule)]
    assert len(set(found)) == len(found)
    return set(found)


def test_every_flow_that_the_configuration_names_is_trained_and_tested(planned):
    """Every regularisation and variant with every seed, and no other, to the comparison."""
    flows = planned.config.temper.flows
    seeds = dict.fromkeys(flows.regularisations, flows.seeds)
    seeds |= {name: each.seeds or flows.seeds for name, each in flows.variants.items()}
    wanted = {(kind, str(seed)) for kind, count in seeds.items() for seed in range(count)}
    for rule in ("temper_flows_train", "temper_transfer_chips"):
        assert of(planned, rule, "variant", "seed") == wanted
    names = [f"{kind}/seed{seed}" for kind, count in seeds.items() for seed in range(count)]
    made = [f"gan/seed{seed}" for seed in range(planned.config.temper.gan.seeds)]
    taken = {
        "temper_flows_section": ["histories"],
        "temper_transfer_plausibility": ["synthetic"],
        "temper_transfer_preservation": ["synthetic"],
        "temper_transfer_section": ["synthetic", "checks"],
    }
    for rule, given in taken.items():
        (job,) = planned.of(rule)
        for name in given:
            judged = made if name == "synthetic" else []
            assert list(job.named(name)) == [*names, *judged], (rule, name)


def test_every_network_that_the_configuration_names_is_trained_and_tested(planned):
    """Every target, network and run, and no other, from training to comparison."""
    config = planned.config.composite
    runs = [str(run) for run in range(config.structures.split.runs)]
    forward_runs = runs[: config.forward.runs]
    design_runs = {"c11": runs, "normal": runs[: config.inverse.vector_runs]}
    forward, inverse = config.forward.models.model_dump(), config.inverse.models.model_dump()
    design, inverse_large = config.structures.design_set, config.inverse.large_pair
    predicted = {
        ("all", target, network, run)
        for target, networks in forward.items()
        for network, run in product(networks, forward_runs)
    }
    designers = {
        (design, target, each, run)
        for target in inverse
        for each, run in product(inverse[target], design_runs[target])
    }
    plain = {("all", "none", *each) for each in product(config.forward.autoencoders, forward_runs)}
    large = {
        ("large_pair", "c11", network, str(run))
        for network, run in product(inverse_large.models, range(inverse_large.runs))
        if "large_pair" in config.structures.sets
    }
    gap = {
        ("held_out", target, DESIGNER, run)
        for target in inverse
        for run in design_runs[target]
        if config.design.held_out
    }
    families = {
        (name, "c11", network, run)
        for name, network, run in product(
            config.families_compared, config.families.networks, runs[: config.families.runs]
        )
    }
    guide = {(design, "c11", GUIDE, "0")}
    # a trial that is among the main trainings is trained as one of them
    trials = {
        (each.set, "c11", each.network, str(each.run)) for each in config.all_trials if each.main
    }
    key = ("set", "target", "network", "run")
    assert of(planned, "composite_networks_train", *key) == (
        predicted | designers | plain | large | gap | families | guide | trials
    )
    own = {each.name for each in config.all_trials if not each.main}
    assert of(planned, "composite_trials_train", "trial") == {(name,) for name in own}
    jobs = planned.of("composite_networks_predict")
    assert {
        ("all", *name.split("/"), job.wildcards["run"])
        for job in jobs
        for name in job.named("predictions")
    } == predicted
    assert all(job.named("weights").keys() == job.named("predictions").keys() for job in jobs)
    assert of(planned, "composite_networks_encode", *key) > plain
    assert of(planned, "composite_forward_baselines", "target", "run") == {
        *product(forward, forward_runs)
    }
    (accuracy,) = planned.of("composite_forward_accuracy")
    names = {"/".join([target, each, f"run{run}"]) for _, target, each, run in predicted}
    assert set(accuracy.named("predictions")) == names
    assert set(accuracy.named("baselines")) == {
        f"{t}/run{run}" for t, run in product(forward, forward_runs)
    }
    inferred = {}
    for name, target, network, run in designers | large:
        inferred.setdefault((name, target, run), set()).add(network)
    key = ("set", "target", "run")
    assert {
        tuple(job.wildcards[name] for name in key): set(job.named("weights"))
        for job in planned.of("composite_inverse_infer")
    } == inferred
    refined = {(name, target, run) for name, target, _, run in designers | gap}
    assert of(planned, "composite_design_refine", *key) == refined
    for job in planned.of("composite_design_refine"):
        place = "{set}/{target}/{{}}/run{run}".format(**job.wildcards)
        for network, weights in job.named("weights").items():
            assert weights.endswith(f"networks/{place.format(network)}/weights.safetensors")


def test_every_model_of_codes_that_the_configuration_names_is_trained_and_tested(planned):
    """Every model, without a domain too where asked, and no other, from training to comparison."""
    steel = planned.config.steel
    without, inverse = steel.codes.held_out, steel.inverse.models
    arms = {(model, "all") for model in steel.codes.models}
    arms |= {(model, "held_out") for model in without.models if without.domain}
    priors = {(*arm, "process") for arm in arms} | {(m, "all", "properties") for m in inverse}
    for stage in ("codes_train", "codes_encode", "generation_generate"):
        assert of(planned, f"steel_{stage}", "code_model", "trained_on") == arms, stage
    key = ("code_model", "trained_on", "conditioning")
    assert of(planned, "steel_prior_train", *key) == priors
    each = {(model,) for model in steel.codes.models}
    for stage in ("codes_reconstruct", "prior_independent", "prior_likelihood"):
        assert of(planned, f"steel_{stage}", "code_model") == each, stage
    for stage in ("grid", "likelihood", "wish", "coverage"):
        assert of(planned, f"steel_inverse_{stage}", "code_model") == {(m,) for m in inverse}, stage
    for job in planned.of("steel_prior_likelihood"):
        own = [arm for arm in priors if arm[0] == job.wildcards["code_model"]]
        assert set(job.named("weights")) == {"/".join(arm[1:]) for arm in own}
    trained = {"/".join(arm) for arm in arms}
    taken = {
        "codes_section": {"histories": trained, "reconstructions": set(steel.codes.models)},
        "prior_section": {
            "histories": {"/".join(arm) for arm in priors},
            "likelihoods": set(steel.codes.models),
        },
        "generation_compare": {"generated": trained},
        "generation_section": {"generated": trained},
        "inverse_section": {"wishes": set(inverse), "tested": set(inverse)},
    }
    for stage, given in taken.items():
        (job,) = planned.of(f"steel_{stage}")
        assert {name: set(job.named(name)) for name in given} == given, stage


def test_every_network_of_a_dataset_is_trained_and_applied(planned):
    """Every model of every dataset that is used, and no other, with the epochs of its dataset."""
    latent = planned.config.latent
    models = {name: list(getattr(latent.networks.models, name)) for name in latent.names}
    trained = {(name, model) for name in models for model in models[name]}
    assert of(planned, "latent_networks_train", "dataset", "latent_model") == trained
    for job in planned.of("latent_networks_train"):
        epochs = getattr(latent.networks.epochs, job.wildcards["dataset"])
        assert options_of(job)["epochs"] == epochs
    each = {(name,) for name in models}
    for stage in ("apply", "measure"):
        assert of(planned, f"latent_evaluation_{stage}", "dataset") == each, stage
    for job in planned.of("latent_evaluation_apply"):
        for name in ("weights", "snapshots"):
            assert list(job.named(name)) == models[job.wildcards["dataset"]]
    (networks,) = planned.of("latent_networks_section")
    assert set(networks.named("histories")) == {"/".join(pair) for pair in trained}
    (evaluation,) = planned.of("latent_evaluation_section")
    assert set(evaluation.named("samples")) == set(models)


def test_networks_that_are_trained_without_a_domain_are_told_which(planned):
    """Codes and priors alike; those of all domains leave none out."""
    domain = planned.config.steel.codes.held_out.domain
    for job in planned.of("steel_codes_train"):
        if job.wildcards["trained_on"] == "held_out":
            assert options_of(job)["held_out"]["domain"] == domain
    for job in planned.of("steel_prior_train"):
        left_out = domain if job.wildcards["trained_on"] == "held_out" else None
        assert options_of(job)["held_out"] == left_out


def test_the_search_decodes_by_the_designer_and_is_guided_by_regression(planned):
    """Latents and weights are of one network, on the set of inverse design; so are designs."""
    config = planned.config.composite
    root = f"results/{planned.config.run}/composite/networks"
    folder = f"{root}/{config.structures.design_set}/c11"
    jobs = planned.of("composite_inverse_anneal")
    assert {job.wildcards["network"] for job in jobs} == {*config.inverse.searched}
    for job in jobs:
        mine = f"{folder}/{job.wildcards['network']}/run0"
        assert job.flags["weights"] == [f"{mine}/weights.safetensors"]
        assert job.flags["latents"] == [f"{mine}/latents.parquet"]
        assert job.flags["objective"] == [f"{folder}/cnn/run0/weights.safetensors"]
    (job,) = planned.of("composite_networks_reconstruct")
    decoders = dict.fromkeys(config.forward.autoencoders, "none") | {
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
        assert given == wanted[planned.config.temper.flows.kinds[job.wildcards["variant"]]]


def test_every_trial_is_measured_once_on_the_structures_of_its_split(planned):
    """By its own weights, or those of the main training that it is."""
    trials = {each.name: each for each in planned.config.composite.all_trials}
    root = f"results/{planned.config.run}/composite"
    seen = []
    for job in planned.of("composite_trials_measure"):
        for flag, file in (("weights", "weights.safetensors"), ("histories", "history.parquet")):
            for name, path in job.named(flag).items():
                trial = trials[name]
                assert job.wildcards["set"] == trial.set
                assert job.wildcards["run"] == str(trial.run)
                main = f"networks/{trial.set}/c11/{trial.network}/run{trial.run}"
                assert path == f"{root}/{main if trial.main else f'trials/{name}'}/{file}"
        seen += job.named("weights")
    assert sorted(seen) == sorted(trials)


def test_work_is_divided_as_the_configuration_says(planned):
    """As many shares as it names, for every set, and as many fields."""
    persistence = planned.config.temper.persistence.shards
    assert len(of(planned, "persistence_compute", "shard")) == persistence
    structures = planned.config.composite.structures
    shares = {
        f"{place}-of-{structures.solver.shards}" for place in range(1, structures.solver.shards + 1)
    }
    latent = planned.config.latent.datasets
    parts = {f"{place}-of-{latent.shards}" for place in range(1, latent.shards + 1)}
    simulated = {name for name in latent.use if name != "inpainted"}
    assert of(planned, "latent_datasets_simulate", "dataset", "shard") == {
        *product(simulated, parts)
    }
    (section,) = planned.of("latent_datasets_section")
    ends = {f"{name}/{k}-of-{latent.shards}" for name in latent.use for k in (1, latent.shards)}
    assert set(section.named("images")) == ends
    if "inpainted" in latent.use:
        assert of(planned, "latent_datasets_inpaint", "shard") == {(part,) for part in parts}
    solved = of(planned, "composite_structures_solve", "set", "shard")
    assert solved == {*product(structures.sets, shares)}
    composite = planned.config.composite
    local = "local" in composite.structures.sets
    fields = dict.fromkeys(composite.structures.sets, "0") | (
        {"local": "all"} if local else {"all": str(composite.localization.structures or "all")}
    )
    for job in planned.of("composite_structures_solve"):
        assert job.flags["fields"] == [fields[job.wildcards["set"]]]


def test_what_the_page_says_of_the_data_is_so(planned):
    """Simulated data are named as such, and the paper's values are for its material alone."""
    config = planned.config
    simulated = {
        "temper": config.temper.images.source == "simulated",
        "steel": config.steel.images.source == "simulated",
        "arena": config.steel.images.source == "simulated",
    }
    material = (
        "papers-material" if config.composite.structures.papers_material else "no-papers-material"
    )
    sections = [job for job in planned.jobs if job.words[-1] == "section"]
    for job in sections:
        if hints(job).get("simulated") is bool:
            assert ("simulated" in job.flags) == simulated[job.words[0]], job.rule
        if "papers_material" in hints(job):
            assert {material} == job.flags.keys() & {"papers-material", "no-papers-material"}
    told = {job.words[0]: options_of(job)["simulated"] for job in planned.of("images_section")}
    assert told == {study: simulated[study] for study in told}
    assert set(told) == {"temper", "steel"}
    latent = config.latent
    crops = bool(latent.curation.use) and latent.curation.source == "simulated"
    (evaluation,) = planned.of("latent_evaluation_section")
    assert ("simulated-crops" in evaluation.flags) == crops
    (networks,) = planned.of("latent_networks_section")
    named = [name for name in latent.datasets.use if name != "inpainted"]
    assert networks.flags["simulated"] == [*named, *(latent.curation.use if crops else ())]
