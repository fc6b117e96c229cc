"""The table of departures from the paper's networks."""

import pytest

from pspflow.models.vae_regression import LOG_VARIANCES
from pspflow.studies.composite.networks.departures import Data, departures
from pspflow.studies.composite.networks.options import NetworkOptions, ObjectiveOptions
from pspflow.studies.composite.networks.training import CLIP
from pspflow.studies.composite.structures import paper

PAPERS = NetworkOptions(width=16, decoder_width=16, dense=2048, style_weights="vgg19.safetensors")
ITS_DATA = Data(paper.EDGE_VOXELS, 5340, paper.RUNS)


@pytest.fixture
def rows():
    """Return the table of all networks at small sizes, by what departs."""
    named = ["cnn", "vae", "gaussian", "mixture", "mixture_statistics"]
    return departures(NetworkOptions(), named, Data(15, 172, 1)).set_index("what")


def test_sizes_that_are_the_papers_are_none(rows):
    """At the paper's sizes only what always departs is left; smaller sizes say theirs."""
    left = departures(PAPERS, ["cnn"], ITS_DATA)
    assert left["what"].tolist() == ["norm of the gradient of each part of a network"]
    assert rows.loc["voxels along each edge", ["paper", "here"]].tolist() == ["51", "15"]
    assert rows.loc["training structures", ["paper", "here"]].tolist() == ["about 5,300", "172"]
    assert rows.loc["units of the first dense layer", "here"] == "256"


def test_values_are_those_of_the_code(rows):
    """What the table says of clip, bounds and weights is what training uses."""
    norm = rows.loc["norm of the gradient of each part of a network", "here"]
    assert norm == f"at most {CLIP:g}"
    low, high = LOG_VARIANCES
    assert rows.loc["log variances of a posterior", "here"] == f"from {low:g} to {high:g}"
    weights = NetworkOptions(published=ObjectiveOptions(regression_weight=7, kl_weight=0.5))
    table = departures(weights, ["gaussian"], ITS_DATA).set_index("what")
    assert table.loc["weights of regression and divergence", "here"] == "7 and 0.5, in ours"


def test_random_filters_depart_unless_weights_of_vgg19_are_given(rows):
    """The features of the style loss are the paper's where its file is named."""
    assert "random filters" in rows.loc["features of the style loss", "here"]
    named = departures(PAPERS, ["gaussian"], ITS_DATA)["what"].tolist()
    assert "features of the style loss" not in named


@pytest.mark.parametrize(
    ("networks", "there", "absent"),
    [
        (["gaussian"], "log variances of the Gaussian prior", "first weights of the mixture prior"),
        (["mixture"], "first weights of the mixture prior", "log variances of the Gaussian prior"),
        (["vae"], "decoded structures", "prior for inverse design"),
        (["cnn_log"], "copies, schedule and logarithms", "decoded structures"),
    ],
)
def test_only_networks_that_are_trained_depart(networks, there, absent):
    """A reading of Table 4 is no departure of a run without that prior."""
    named = departures(PAPERS, networks, ITS_DATA)["what"].tolist()
    assert there in named
    assert absent not in named
