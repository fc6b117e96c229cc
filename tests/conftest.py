"""What several test modules share."""

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.io.artefacts import Provenance


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Keep tests that share what a fixture has made, such as a trained network, on one worker.

    Else every worker would make it again. Those of a session's fixture are kept together by
    folder, those of a module's by module; who names a group of its own stays there.
    """
    for item in items:
        known = getattr(item, "_fixtureinfo", None)
        if known is None or item.get_closest_marker("xdist_group"):
            continue
        fixtures = (each[-1] for each in known.name2fixturedefs.values())
        scopes = {fixture.scope for fixture in fixtures if fixture.baseid}  # not pytest's own
        module = item.nodeid.partition("::")[0]
        if "session" in scopes:
            item.add_marker(pytest.mark.xdist_group(module.rpartition("/")[0]))
        elif "module" in scopes:
            item.add_marker(pytest.mark.xdist_group(module))


@pytest.fixture
def provenance():
    """Return a record such as a stage writes."""
    return Provenance("temper test", {"size_px": 8}, 0, {"sheet": "0" * 32})


@pytest.fixture(params=["cpu", "cuda"])
def device(request):
    """Name the CPU and, where there is one, the GPU."""
    import torch

    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    return request.param


@pytest.fixture
def reproducible():
    """Refuse operations that a GPU cannot repeat, as a stage does."""
    import torch

    from pspflow.training.devices import using
    from pspflow.training.session import prepare

    with using("auto"):
        prepare(1, 0)
        yield
    torch.set_deterministic_debug_mode("default")


@pytest.fixture
def grey():
    """Return a grey image (40, 30) uint8 that holds 0 and 255."""
    noise = gaussian_filter(np.random.default_rng(0).normal(size=(40, 30)), 1)
    return np.round((noise - noise.min()) / np.ptp(noise) * 255).astype(np.uint8)


@pytest.fixture
def catalogue():
    """Return a catalogue of 12 specimens with a micrograph of each of 2 domains."""
    rows = [(f"s{i:02}", domain, i) for i in range(12) for domain in ("t5", "t6")]
    return pd.DataFrame(
        {
            "row": range(2, len(rows) + 2),
            "micrograph": [f"{name}_{domain}" for name, domain, _ in rows],
            "image": [f"{name}_{domain}.tif" for name, domain, _ in rows],
            "specimen": [name for name, *_ in rows],
            "domain": [domain for _, domain, _ in rows],
            "scale": 1.0,
            "height_px": [60 + 5 * (i % 3) for *_, i in rows],
            "width_px": [90 - 20 * (i % 4) for *_, i in rows],
        }
    )
