"""Reading of structures from features: known laws, specimens, and simulated precipitates."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from pspflow.evaluation.features import texture_features
from pspflow.simulate import simulate_micrograph, simulate_specimens
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.temper.specimens.reader import Reader, specimen_features

IMAGING = Imaging(
    birth_range=(0, 255), persistence_range=(0, 255), sigma=12.75, unit_persistence=100
)
EDGE = 32


def test_a_power_law_of_features_is_read():
    """By specimens that it has not seen: the regression is linear in logarithms."""
    features = np.random.default_rng(0).normal(size=(40, 3)).clip(-1.5, 1.5)
    values = pd.DataFrame({"a": np.exp(features[:, 0]), "b": 5 * np.exp(-2 * features[:, 2])})
    reader = Reader.fit(features[:30], values[:30])
    found = reader.read(features[30:])
    np.testing.assert_allclose(found["a"], values["a"][30:], rtol=0.05)
    np.testing.assert_allclose(found["b"], values["b"][30:], rtol=0.05)


def test_nothing_far_outside_of_the_training_is_followed():
    """A feature that hardly varies in training does not decide what is read where it does."""
    rng = np.random.default_rng(0)
    features = np.stack([rng.normal(size=30), 1e-6 * rng.normal(size=30)], axis=1)
    values = pd.DataFrame({"a": np.exp(features[:, 0] + 1e5 * features[:, 1])})
    reader = Reader.fit(features, values)
    far = reader.read(np.array([[0.0, 1.0], [0.0, 10.0]]))["a"]
    assert far[0] == far[1] < 10 * values["a"].max()


def test_features_are_means_over_the_chips_of_a_specimen():
    """In the order of the specimens' first chips."""
    chips = np.random.default_rng(0).integers(0, 255, (5, EDGE, EDGE)).astype(np.uint8)
    names, features = specimen_features(chips, np.array(["b", "a", "b", "a", "b"]), IMAGING)
    assert names.tolist() == ["b", "a"]
    mine = chips[[0, 2, 4]]
    images = pi.compute(mine, IMAGING).reshape(3, -1).mean(axis=0)
    np.testing.assert_allclose(features[0, : images.size], images)
    np.testing.assert_allclose(features[0, images.size :], texture_features(mine).mean(axis=0))


@pytest.mark.parametrize(
    ("temper", "least"),
    [
        ("as_extruded", {"number_density_per_um2": 0.7, "mean_radius_um": 0.4}),
        ("t6", {"number_density_per_um2": 0.6}),  # radii are below a pixel
    ],
)
def test_number_and_radius_of_simulated_precipitates_are_read(temper, least):
    """On specimens that it has not seen, in the order of their true values."""
    specimens = simulate_specimens(48, 3)
    true = pd.DataFrame(
        [
            (found.number_density_per_um2, found.mean_radius_um)
            for found in (each.precipitates(temper) for each in specimens)
        ],
        columns=["number_density_per_um2", "mean_radius_um"],
    )
    chips, names = [], []
    for number, each in enumerate(specimens):
        rng = np.random.default_rng(number)
        image = simulate_micrograph(each.precipitates(temper), 256, 0.1, rng)
        tiles = image.reshape(8, EDGE, 8, EDGE).swapaxes(1, 2).reshape(-1, EDGE, EDGE)
        chips.append(tiles)
        names += [each.name] * len(tiles)
    _, features = specimen_features(np.concatenate(chips), np.array(names), IMAGING)
    read = Reader.fit(features[:32], true[:32]).read(features[32:])
    for quantity, value in least.items():
        assert spearmanr(read[quantity], true[quantity][32:]).statistic > value
