"""What the tests of the chapter share: models, and a run of its stages."""

import pytest

from pspflow.studies.texture.design.models import find_models, load_models
from pspflow.studies.texture.design.options import DesignOptions, WishOptions
from pspflow.studies.texture.design.stages.propose import propose
from pspflow.studies.texture.design.stages.section import section

WISH = WishOptions(name="drawing", r_values={0: 1.5, 45: 1.0, 90: 1.4}, stresses={45: 1.02})
OPTIONS = DesignOptions(wishes=(WISH,), test_targets=1, candidates=8, designs=1)


@pytest.fixture(scope="session")
def models(small_study):
    """Return the models of a small study."""
    return load_models(find_models(small_study))


@pytest.fixture(scope="session")
def posterior(models):
    """Return what the forward model predicts for the pool."""
    return models.process.predict(models.pool.coefficients)


@pytest.fixture(scope="session")
def inputs(small_study):
    """Return the inputs of the stage that proposes."""
    loop = small_study / "loop/active/start0"
    return {
        "pool": small_study / "textures/pool/textures.zarr",
        "process": loop / "gp.safetensors",
        "flow": loop / "flow.safetensors",
        "observed": loop / "observed.parquet",
        "table": small_study / "textures/test/textures.parquet",
        "parameters": small_study / "plasticity/test/parameters.parquet",
    }


@pytest.fixture(scope="session")
def outputs():
    """Return what names the outputs of that stage in a folder."""
    return lambda folder: {
        "targets": folder / "targets.parquet",
        "designs": folder / "designs.parquet",
        "store": folder / "designs.zarr",
        "orientations": folder / "orientations",
    }


@pytest.fixture(scope="session")
def designed(tmp_path_factory, inputs, outputs):
    """Return the folder in which both stages of the chapter ran."""
    folder = tmp_path_factory.mktemp("design")
    made = outputs(folder)
    propose(**inputs, **made, options=OPTIONS, device="cpu")
    read = {name: made[name] for name in ("targets", "designs", "store")}
    section(**read, figures=folder / "figures", section=folder / "section.json", options=OPTIONS)
    return folder
