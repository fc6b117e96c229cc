"""Regressions of properties on features of structures, with scikit-learn.

All are fitted on training structures alone. Their hyperparameters are chosen by the error on
validation structures, with two exceptions that use training structures: the penalty of `ridge` is
chosen by leave-one-out errors, and the kernel of `gaussian_process` by its likelihood.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import minimize
from sklearn.base import RegressorMixin, clone
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.linear_model import LinearRegression, RidgeCV
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVR

from pspflow.arrays import refuses_masks
from pspflow.logs import log
from pspflow.seeds import generator

COMPONENTS: Final = (6, 10, 20, 30)
"""Numbers of principal components that are tried with a polynomial."""
PROCESS_COMPONENTS: Final = (10, 30)
"""Numbers that are tried with a Gaussian process, which takes longer to fit."""
KERNEL_POINTS: Final = 300
"""Most structures to which the kernel of a Gaussian process is fitted."""
KERNEL_STEPS: Final = 20
"""Steps of that fit."""
PROCESS_POINTS: Final = 3000
"""Most structures on which it is conditioned: its time grows with their third power."""
RIDGE_ALPHAS: Final = tuple(np.logspace(-4, 4, 17).tolist())


class Prediction(NamedTuple):
    """Predicted properties of structures, (n, properties), in the unit of the fitted values."""

    mean: np.ndarray
    sd: np.ndarray
    """Predictive standard deviation, NaN where a regression has none."""


class Sets(NamedTuple):
    """Rows of the structures that a regression may use."""

    train: np.ndarray
    """Rows for fitting."""
    validation: np.ndarray
    """Rows for choosing hyperparameters."""


Regression = Callable[[np.ndarray, np.ndarray, Sets, int], Prediction]
"""Fits features (n, k) to properties (n, m), with a seed, and predicts all n rows."""


@refuses_masks
def cubic(features: np.ndarray, values: np.ndarray, sets: Sets, _: int) -> Prediction:
    """Fit a cubic polynomial; features (n, k) and values (n, m) as in `Regression`."""
    model = make_pipeline(PolynomialFeatures(3, include_bias=False), LinearRegression())
    return _certain(model.fit(features[sets.train], values[sets.train]), features)


@refuses_masks
def linear(features: np.ndarray, values: np.ndarray, sets: Sets, _: int) -> Prediction:
    """Fit a linear function; features (n, k) and values (n, m) as in `Regression`."""
    return _certain(LinearRegression().fit(features[sets.train], values[sets.train]), features)


@refuses_masks
def ridge(features: np.ndarray, values: np.ndarray, sets: Sets, _: int) -> Prediction:
    """Fit a quadratic polynomial, with a penalty chosen by leave-one-out errors.

    Features (n, k) and values (n, m) as in `Regression`.
    """
    model = make_pipeline(
        StandardScaler(),
        PolynomialFeatures(2, include_bias=False),
        StandardScaler(),
        RidgeCV(RIDGE_ALPHAS, alpha_per_target=True),
    )
    return _certain(model.fit(features[sets.train], values[sets.train]), features)


@refuses_masks
def leading(
    regression: Regression,
    counts: Sequence[int],
    scores: np.ndarray,
    values: np.ndarray,
    sets: Sets,
    seed: int,
) -> Prediction:
    """Fit the first principal components, as many as have the least error on validation structures.

    Parameters
    ----------
    regression
        The regression that is fitted.
    counts
        Numbers of components to try.
    scores
        Principal components (n, k), those of largest variance first.
    values, sets, seed
        As in `Regression`.
    """
    spread = values[sets.train].std(axis=0)
    tried: dict[int, Prediction] = {}
    errors: dict[int, float] = {}
    for count in {min(count, scores.shape[1]): None for count in counts}:
        tried[count] = regression(scores[:, :count], values, sets, seed)
        missed = (tried[count].mean - values)[sets.validation] / spread
        errors[count] = float(np.abs(missed).mean())
    best = min(errors, key=errors.__getitem__)
    log.info("%s: %d principal components", regression.__name__, best)
    return tried[best]


@refuses_masks
def perceptron(features: np.ndarray, values: np.ndarray, sets: Sets, seed: int) -> Prediction:
    """Fit a network of two hidden layers, with a penalty chosen on validation structures.

    Features (n, k) and values (n, m) as in `Regression`.
    """
    network = MLPRegressor(
        hidden_layer_sizes=(64, 64), solver="lbfgs", max_iter=300, random_state=seed
    )
    return _searched(network, {"alpha": [0.1, 1.0, 10.0]}, features, values, sets)


@refuses_masks
def support_vectors(features: np.ndarray, values: np.ndarray, sets: Sets, _: int) -> Prediction:
    """Fit a support vector machine per property, penalty and width chosen on validation.

    Features (n, k) and values (n, m) as in `Regression`.
    """
    machine = MultiOutputRegressor(SVR(epsilon=0.02, cache_size=500))
    width = 1 / features.shape[1]
    grid = {
        "estimator__C": [1.0, 10.0, 100.0],
        "estimator__gamma": [0.1 * width, 0.3 * width, width],
    }
    return _searched(machine, grid, features, values, sets)


@refuses_masks
def gaussian_process(features: np.ndarray, values: np.ndarray, sets: Sets, seed: int) -> Prediction:
    """Fit a Gaussian process per property, with a length scale for each feature.

    The kernel maximises the likelihood of at most `KERNEL_POINTS` random training structures. The
    process is conditioned on at most `PROCESS_POINTS`, which include these. Features (n, k) and
    values (n, m) as in `Regression`.
    """
    drawn = generator(seed, "gaussian process").permutation(sets.train)
    scaler = StandardScaler().fit(features[sets.train])
    scaled = scaler.transform(features)
    lengths = Matern(np.full(features.shape[1], 3.0), (0.1, 1e3), nu=2.5)
    start = ConstantKernel(1.0, (1e-2, 1e4)) * lengths + WhiteKernel(1e-2, (1e-6, 1.0))
    means, sds = [], []
    for column in values.T:
        few, many = drawn[:KERNEL_POINTS], drawn[:PROCESS_POINTS]
        with warnings.catch_warnings():
            # a feature without influence has a length scale at its bound, which is not an error
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted = GaussianProcessRegressor(start, optimizer=_maximise, normalize_y=True)
            fitted.fit(scaled[few], column[few])
        process = GaussianProcessRegressor(fitted.kernel_, optimizer=None, normalize_y=True)
        process.fit(scaled[many], column[many])
        mean, sd = process.predict(scaled, return_std=True)
        means.append(mean)
        sds.append(sd)
    return Prediction(np.stack(means, 1), np.stack(sds, 1))


@refuses_masks
def principal_components(statistics: np.ndarray, sets: Sets, seed: int) -> np.ndarray:
    """Reduce statistics to the largest number of `COMPONENTS`, or to as many as there are.

    Parameters
    ----------
    statistics
        (n, k) float32.
    sets
        The components are fitted on the training structures.
    seed
        Seed of the randomised decomposition.

    Returns
    -------
    (n, components) float64, those of largest variance first.
    """
    most = min(max(COMPONENTS), len(sets.train) - 1, statistics.shape[1])
    pca = PCA(most, svd_solver="randomized", random_state=seed).fit(statistics[sets.train])
    return pca.transform(statistics).astype(np.float64)


def _maximise(
    loss: Callable[[np.ndarray], tuple[float, np.ndarray]], start: np.ndarray, bounds: np.ndarray
) -> tuple[np.ndarray, float]:
    """Maximise a likelihood: 20 steps are as accurate as some hundred, in a tenth of the time."""
    options = {"maxiter": KERNEL_STEPS}
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options=options)
    return found.x, float(found.fun)


def _searched(
    estimator: RegressorMixin,
    grid: dict[str, list[float]],
    features: np.ndarray,
    values: np.ndarray,
    sets: Sets,
) -> Prediction:
    """Choose by the mean absolute error of standardised properties on validation structures."""
    model = make_pipeline(StandardScaler(), estimator)
    scaler = StandardScaler().fit(values[sets.train])
    scaled = scaler.transform(values)
    used = np.concatenate(sets)
    fold = PredefinedSplit(np.repeat([-1, 0], [len(each) for each in sets]))
    step = f"{type(estimator).__name__.lower()}__"
    named = {step + name: choices for name, choices in grid.items()}
    with warnings.catch_warnings():
        # validation, not convergence, decides; a single property may stay a column
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", DataConversionWarning)
        search = GridSearchCV(model, named, scoring="neg_mean_absolute_error", cv=fold, refit=False)
        search.fit(features[used], scaled[used])
        best = clone(model).set_params(**search.best_params_)
        best.fit(features[sets.train], scaled[sets.train])
    prediction = _certain(best, features)
    return prediction._replace(mean=scaler.inverse_transform(prediction.mean))


def _certain(model: RegressorMixin, features: np.ndarray) -> Prediction:
    """Predict without a standard deviation."""
    mean = model.predict(features).reshape(len(features), -1)  # some drop the axis of one property
    return Prediction(mean, np.full_like(mean, np.nan))
