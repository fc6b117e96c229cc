"""NaN and infinite values: every measure refuses them, none averages them or leaves them out."""

import numpy as np
import pytest

from pspflow.evaluation.diagrams import projected_diagrams, sliced_wasserstein
from pspflow.evaluation.features import standardise
from pspflow.evaluation.fields import moments
from pspflow.evaluation.measures import histogram_wasserstein, mean_absolute, root_mean_square
from pspflow.evaluation.resampling import Sample
from pspflow.evaluation.snr import signal_to_noise_db
from pspflow.microstructure.rescale import fit_grey_range, to_uint8

not_finite = pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])


def values(*shape, bad=None):
    """Return random numbers, of which one is bad."""
    made = np.random.default_rng(0).random(shape)
    if bad is not None:
        made.flat[made.size // 2] = bad
    return made


@not_finite
@pytest.mark.parametrize(
    "measure",
    [mean_absolute, root_mean_square, histogram_wasserstein(), sliced_wasserstein(2)],
)
def test_distances_refuse_them(measure, bad):
    """A distance of what is no number is no number; a mean over resamples would hide it."""
    good, wrong = values(3, 8), values(3, 8, bad=bad)
    assert np.isfinite(measure(good, good[::-1])).all()
    for pair in ((good, wrong), (wrong, good)):
        with pytest.raises(ValueError, match="features must be finite"):
            measure(*pair)


@not_finite
def test_samples_refuse_them(bad):
    """One chip without a feature would make every resample NaN that draws its specimen."""
    with pytest.raises(ValueError, match="features must be finite"):
        Sample(values(4, 3, bad=bad), np.arange(4))


@not_finite
def test_accuracies_of_fields_refuse_them(bad):
    """NaN means that a field does not vary; a field of NaN is refused before."""
    good, wrong = values(2, 4, 4), values(2, 4, 4, bad=bad)
    for pair in ((good, wrong), (wrong, good)):
        with pytest.raises(ValueError, match="fields must be finite"):
            moments(*pair)
    with pytest.raises(ValueError, match="of one shape"):
        moments(good, good[:, :1])


@not_finite
@pytest.mark.filterwarnings("ignore:invalid value")
def test_the_signal_to_noise_ratio_refuses_them(bad):
    """A checkpoint is selected by this number."""
    with pytest.raises(ValueError, match="chips must be finite"):
        signal_to_noise_db(255 * values(2, 16, 16, bad=bad))


@not_finite
def test_features_and_diagrams_refuse_them(bad):
    """Scikit-learn's scaler would leave NaN out of the mean without a word."""
    for pair in ((values(4, 3, bad=bad), values(4, 3)), (values(4, 3), values(4, 3, bad=bad))):
        with pytest.raises(ValueError, match="must be finite"):
            standardise(*pair)
    with pytest.raises(ValueError, match="finite"):
        projected_diagrams([values(4, 2, bad=bad)])


def test_grey_ranges_refuse_nan():
    """NaN would become black, and would be left out of the range."""
    with pytest.raises(ValueError, match="hold NaN"):
        to_uint8(values(4, 4, bad=np.nan), 0, 1)
    with pytest.raises(ValueError, match="hold NaN"):
        fit_grey_range(lambda: iter([values(4, 4), values(4, 4, bad=np.nan)]))


def test_diagrams_of_fractions_are_refused():
    """Births and deaths on 0 to 1 would all fall into the first bins of 512."""
    births = values(20, 1) / 2
    pairs = np.hstack([births, births + values(20, 1) / 2])
    with pytest.raises(ValueError, match="must be grey levels, but they are fractions up to"):
        projected_diagrams([pairs])
    assert projected_diagrams([255 * pairs]).any()
    assert projected_diagrams([pairs], bin_width=1 / 256).any()
    assert projected_diagrams([np.array([[0.0, 1.0], [1.0, 1.0]])]).any()  # a dark chip
    assert not projected_diagrams([np.empty((0, 2))]).any()
