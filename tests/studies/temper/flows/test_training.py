"""What a training of flows is measured by, and what it is trained on."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.ndimage import gaussian_filter

from pspflow.evaluation.snr import signal_to_noise_db
from pspflow.io.arrays import new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, put_micrograph
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.microstructure.loader import cut_chips
from pspflow.models.discriminators import Squash, Standardised
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.temper.flows import training
from pspflow.studies.temper.flows.training import exact_topology
from pspflow.studies.temper.flows.training_options import FlowTraining, TopologyWeights
from pspflow.topology import PersistenceImageLayer

EDGE, DOMAINS = 16, {"raw": (60, 0.5), "aged": (90, 1.5), "over aged": (120, 3)}
"""Mean grey level of each domain, and how smooth its images are."""
SPLITS = ("train", "validation", "test")
IMAGING = Imaging(
    resolution=6,
    birth_range=(10.0, 200.0),
    persistence_range=(0.0, 180.0),
    sigma=15.0,
    unit_persistence=180.0,
)


@pytest.fixture(scope="module")
def image_set(tmp_path_factory):
    """Make micrographs whose grey levels tell domain and split apart, and their chips."""
    folder, rng, tables = tmp_path_factory.mktemp("set"), np.random.default_rng(0), []
    region = {"row_start": 0, "row_stop": 48, "column_start": 0, "column_stop": 48}
    with new_store(folder / "micrographs.zarr", Provenance("test", {}, None, {})) as store:
        for domain, (mean, width) in DOMAINS.items():
            for place, split in enumerate(SPLITS):
                smooth = gaussian_filter(rng.normal(size=(48, 48)), width)
                pixels = mean + 8 * place + 10 * (smooth - smooth.mean()) / smooth.std()
                image = {"micrograph": f"{domain} {split}", "specimen": split, "domain": domain}
                entry = pd.Series({**image, "image": "", "pixel_size_um": 0.1})
                put_micrograph(store, entry, pixels.clip(0, 255).astype(np.uint8))
                tables.append(chip_rows(grid_windows(region, EDGE, 8), EDGE, image, split))
    rows = pd.concat(tables, ignore_index=True)
    return rows, Micrographs(folder / "micrographs.zarr")


def chips_of(image_set, domain, split):
    """Cut all chips of a domain and split."""
    rows, store = image_set
    return cut_chips(store, rows[(rows["domain"] == domain) & (rows["split"] == split)])


def test_an_epoch_is_compared_with_the_domain_that_it_transfers_to(image_set, monkeypatch):
    """A flow that returns real chips of its target leaves no gap, and one of its source does."""
    asked = []
    monkeypatch.setattr(training, "VALIDATION_CHIPS_PER_SPECIMEN", 100)  # all there are

    def measured(answer):
        def transfer(flow, chips, source, target):
            asked.append((source, target, chips.mean()))
            return chips_of(image_set, target if answer == "target" else source, "validation")

        monkeypatch.setattr(training, "transfer", transfer)
        measure = training.validation_of(*image_set, list(DOMAINS), 0)
        return measure(None)[training.GAP]

    assert measured("target") == pytest.approx(0, abs=1e-6)
    ratio = {
        name: signal_to_noise_db(chips_of(image_set, name, "validation")).mean() for name in DOMAINS
    }
    gaps = [abs(ratio[a] - ratio[b]) for a in DOMAINS for b in DOMAINS if a != b]
    assert measured("source") == pytest.approx(np.mean(gaps))
    assert min(gaps) > 0.5
    assert len({each[:2] for each in asked}) == 6
    for source, _, mean in asked:  # validation chips of the source
        assert mean == pytest.approx(DOMAINS[source][0] + 8, abs=2.5)


def test_a_domain_is_trained_on_its_own_training_chips(image_set):
    """Chips, persistence images and their scales are those of the domain's training chips."""
    rows, store = image_set
    exact = np.random.default_rng(0).random((len(rows), 2, 10, 10)).astype(np.float32)
    topology = torch.nn.Identity()
    options = FlowTraining(discriminator=(2, 2))
    for domain in DOMAINS:
        data = training.domain_data(domain, rows, store, topology, exact, options)
        here = (rows["domain"] == domain) & (rows["split"] == "train")
        chips = data.chips(torch.arange(len(data.chips))).numpy()
        np.testing.assert_array_equal(chips, chips_of(image_set, domain, "train"))
        np.testing.assert_array_equal(data.persistence, exact[here])


def test_the_paper_s_topology_discriminators_see_images_as_they_are(image_set):
    """Nothing standardises or squashes: the first layer is linear in the images."""
    rows, store = image_set
    exact = np.random.default_rng(0).random((len(rows), 2, 10, 10)).astype(np.float32)
    given = (rows, store, torch.nn.Identity(), exact)
    for ours in (True, False):
        options = FlowTraining(discriminator=(2, 2), standardise_topology=ours)
        data = training.domain_data("raw", *given, options)
        first = next(data.topology_discriminator.modules())
        assert isinstance(first, Standardised) == ours
        squashes = [m for m in data.topology_discriminator.modules() if isinstance(m, Squash)]
        assert bool(squashes) == ours


def test_every_domain_has_the_limits_of_its_own_chips(image_set):
    """The flow of a name gets the grey levels of the training chips of this name."""
    rows, store = image_set
    options = FlowTraining(discriminator=(2, 2), scaling="domain")
    data = {
        name: training.domain_data(name, rows, store, None, None, options)
        for name in reversed(DOMAINS)
    }
    arguments = training.arguments_of(data, options)
    assert set(arguments["domains"]) == set(DOMAINS)
    for name, (low, high) in zip(arguments["domains"], arguments["limits"], strict=True):
        chips = chips_of(image_set, name, "train").astype(float)
        assert 128 * (low + high) == pytest.approx((chips.min() + chips.max()) / 2, abs=8)


@pytest.mark.parametrize(("kind", "weight"), [("none", 0.0), ("pinet", 3.0), ("exact", 0.25)])
def test_the_topological_term_has_the_weight_of_its_regularisation(kind, weight):
    """That of another one does not count, and without regularisation there is none."""
    options = FlowTraining(topology_weight=TopologyWeights(pinet=3.0, exact=0.25))
    assert training.settings_of(options, kind).topology_weight == weight


@pytest.mark.parametrize("reach", [0.0, 30.0, 2000.0])
def test_flows_may_leave_the_grey_levels(reach):
    """Images and gradient are those of the clipped image, however far a flow reaches."""
    generator = torch.Generator().manual_seed(0)
    grey = torch.rand(3, 1, 16, 16, generator=generator) * (255 + 2 * reach) - reach
    upstream = torch.rand(3, 2, 6, 6, generator=generator)
    images = grey.clone().requires_grad_()
    drawn = exact_topology(IMAGING)(images)
    drawn.backward(upstream)
    layer = PersistenceImageLayer(6, (10, 200), (0, 180), 15.0)
    clipped = grey.clamp(0, 255).requires_grad_()
    expected = layer(clipped) / 180.0
    expected.backward(upstream)
    assert torch.equal(drawn, expected)
    inside = (grey >= 0) & (grey <= 255)
    assert torch.equal(images.grad, clipped.grad * inside)
    assert images.grad.any()
