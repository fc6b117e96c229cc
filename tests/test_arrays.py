"""Arrays as users hold them: what every function does with masks, and some with names of axes."""

import ast
from collections.abc import Iterator
from importlib import import_module
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as numpy_arrays

import pspflow
from pspflow.arrays import along, refuses_masks, unmasked
from pspflow.evaluation.resampling import Sample
from pspflow.microstructure.rescale import fit_grey_range

PACKAGE = Path(pspflow.__file__).parent
LAYERS = (
    "evaluation",
    "io",
    "mechanics",
    "microstructure",
    "models",
    "report",
    "simulate",
    "topology",
    "training",
)
ARRAYS = ("ndarray", "ArrayLike", "NDArray", "Pairs", "Moduli", "Floats")
"""What the annotation of a parameter that takes arrays holds."""
CHECKED_BEFORE = {
    "evaluation.measures.Measure.compare": "a protocol",
    "mechanics.localization.Predictor.predict": "a protocol",
    **dict.fromkeys(
        (
            "topology.coverage.seems_lost",
            "topology.coverage.check_pairs",
            "topology.gradients.images_of_pairs",
            "topology.gradients.gradients_of_pairs",
            "topology.kernel.pair_stack",
            "topology.kernel.image_stack",
            "topology.kernel.new_workspace",
            "topology.kernel.pair_image",
            "topology.libraries.vertex_pairs",
            "topology.normal.normal_cdf",
            "topology.scale.Extents.of",
            "topology.scale.count_pixels",
        ),
        "behind persistence_images, persistence_pairs and the layer, which check",
    ),
    **dict.fromkeys(
        (
            "mechanics.plasticity.cholesky.factorise",
            "mechanics.plasticity.cholesky.invert_factor",
            "mechanics.plasticity.cholesky.invert",
            "mechanics.plasticity.kernel.resolve",
            "mechanics.plasticity.kernel.raise_to",
            "mechanics.plasticity.kernel.slip_of",
            "mechanics.plasticity.kernel.stiffen",
            "mechanics.plasticity.kernel.apply",
            "mechanics.plasticity.kernel.add_weighted",
            "mechanics.plasticity.kernel.assemble",
            "mechanics.plasticity.kernel.step",
            "mechanics.plasticity.kernel.log_gauge",
            "mechanics.plasticity.newton.solve_few",
            "mechanics.plasticity.newton.strain_rate",
            "mechanics.plasticity.newton.pull",
            "mechanics.plasticity.orthorhombic.parts",
            "mechanics.plasticity.orthorhombic.turned",
        ),
        "behind grains_of and tension, which check",
    ),
    **dict.fromkeys(
        (
            "simulate.potts.kernel.advance",
            "simulate.potts.kernel.find_neighbours",
            "simulate.potts.kernel.move_down",
            "simulate.potts.kernel.move_up",
            "simulate.potts.kernel.uniform",
            "simulate.potts.rates.rate_bounds",
        ),
        "behind simulate_grain_growth, which checks",
    ),
    **dict.fromkeys(
        (
            "models.filter_grams.combined",
            "models.filter_grams.gradients",
            "models.filter_grams.grams",
            "models.filter_grams.mean_of",
            "models.filter_grams.rectified",
        ),
        "behind RandomFeatures, which takes tensors",
    ),
    "simulate.potts.melt_pool.MeltPool.distance": "a protocol",
    "simulate.potts.melt_pool.MeltPool.span": "a protocol",
    **dict.fromkeys(
        (
            "simulate.potts.sweeps.sweep_pass",
            "simulate.potts.zones.EllipseZone.mobility",
            "simulate.potts.zones.EllipseZone.span",
            "simulate.potts.zones.MarginZone.mobility",
            "simulate.potts.zones.MarginZone.span",
            "simulate.potts.zones.Zone.mobility",
            "simulate.potts.zones.Zone.span",
        ),
        "behind simulate_additive and simulate_weld, which take no arrays",
    ),
    **dict.fromkeys(
        (
            "io.micrographs.orientation.turned",
            "io.micrographs.transparency.refuse_transparent",
            "io.micrographs.transparency.refuse_missing",
        ),
        "behind read_micrograph, which decodes files into plain arrays",
    ),
}
"""Functions that take arrays and look for no mask, and why."""
ONES = np.ones((2, 2, 2))
MASKED = np.ma.masked_array(ONES, mask=np.arange(8).reshape(2, 2, 2) == 3)
NESTED = {
    ("topology.fitting.fit_grid", "diagrams"): [MASKED],
    ("evaluation.diagrams.projected_diagrams", "diagrams"): [MASKED],
    ("training.gather.ChipGather.__init__", "micrographs"): [MASKED],
    ("mechanics.localization.PhaseMean.fit", "pairs"): [(MASKED, ONES)],
    ("mechanics.localization.LinearConvolution.fit", "pairs"): [(ONES, MASKED)],
}
"""Parameters that take arrays in a sequence, as a masked one comes in it."""


class Parameter(NamedTuple):
    """A parameter that takes arrays."""

    function: str
    needed: tuple[str, ...]
    """Parameters without a default."""
    parameter: str

    def call(self):
        """Call the function with a mask in this parameter, and arguments of any kind elsewhere."""
        module, *parts = self._place()
        holder = import_module(f"pspflow.{module}")
        for part in parts:
            holder = getattr(holder, part)
        made = {name: ONES for name in self.needed if name not in ("self", "cls")}
        made[self.parameter] = NESTED.get((self.function, self.parameter), MASKED)
        return holder(None, **made) if self.needed[0] == "self" else holder(**made)

    def _place(self):
        parts = self.function.split(".")
        for end in range(len(parts), 0, -1):
            if (PACKAGE.joinpath(*parts[:end])).with_suffix(".py").is_file():
                return ".".join(parts[:end]), *parts[end:]
            if (PACKAGE.joinpath(*parts[:end]) / "__init__.py").is_file():
                return ".".join(parts[:end]), *parts[end:]
        raise AssertionError(self.function)


def takes_arrays(annotation):
    text = ast.unparse(annotation) if annotation else ""
    return any(name in text for name in ARRAYS) and "Callable" not in text


def parameters(body, place) -> Iterator[Parameter]:
    """Yield the parameters of public functions and methods that take arrays."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from parameters(node.body, f"{place}.{node.name}")
        if isinstance(node, ast.FunctionDef) and (
            not node.name.startswith("_") or node.name == "__init__"
        ):
            first, named = (*node.args.posonlyargs, *node.args.args), node.args.kwonlyargs
            needed = [each.arg for each in first[: len(first) - len(node.args.defaults)]]
            needed += [
                each.arg
                for each, default in zip(named, node.args.kw_defaults, strict=True)
                if default is None
            ]
            for each in (*first, *named):
                if takes_arrays(each.annotation):
                    yield Parameter(f"{place}.{node.name}", tuple(needed), each.arg)


def found() -> list[Parameter]:
    """List what takes arrays in the shared layers, read from their text."""
    every = []
    for layer in LAYERS:
        for path in sorted((PACKAGE / layer).rglob("*.py")):
            parts = path.relative_to(PACKAGE).with_suffix("").parts
            place = ".".join(part for part in parts if part != "__init__")
            every += parameters(ast.parse(path.read_text()).body, place)
    return every


FOUND = found()


@pytest.mark.parametrize(
    "parameter",
    [each for each in FOUND if each.function not in CHECKED_BEFORE],
    ids=lambda each: f"{each.function}-{each.parameter}",
)
def test_every_function_refuses_masks(parameter):
    """A mask is no number: a new function refuses it too, or stands above with a reason."""
    with pytest.raises(ValueError, match="must have no mask, but 1 of 8 elements are masked"):
        parameter.call()


def test_exceptions_exist():
    """A function that is renamed or gone is no exception any more."""
    assert set(CHECKED_BEFORE) <= {each.function for each in FOUND}
    assert set(NESTED) <= {(each.function, each.parameter) for each in FOUND}


def test_the_list_finds_what_is_exported():
    """The search sees the functions that users know."""
    names = {each.function.rsplit(".", 1)[-1] for each in FOUND}
    assert names >= {
        "persistence_images",
        "persistence_pairs",
        "effective_stiffness",
        "strain_field",
        "voigt_stiffness",
        "grey_histograms",
        "two_point_statistics",
        "interval",
    }


@pytest.mark.parametrize("exported", ["topology", "mechanics", "simulate"])
def test_every_exported_function_is_found_or_takes_no_array(exported):
    """Names of a package's `__all__` that are not found take numbers, strings or generators."""
    package = import_module(f"pspflow.{exported}")
    functions = {n for n in package.__all__ if callable(getattr(package, n)) and n[0].islower()}
    seen = {part for each in FOUND for part in each.function.split(".")}
    assert functions - seen <= {
        "ferrite_growth",
        "simulate_additive",
        "simulate_composite",  # takes three widths: the test below
        "simulate_fibres",
        "simulate_micrograph",
        "simulate_particles",  # takes three semi-axes: the test below
        "simulate_specimens",
        "simulate_spinodal",  # takes three wave lengths: the test below
        "simulate_steel_micrograph",
        "simulate_weld",
        "strength_mpa",
    }


def test_masks_elsewhere_are_refused():
    """In lists, in a class of arrays, in a generator of images, among the numbers of a width."""
    codes = np.zeros(2, int)
    row = np.ma.masked_array([1.0, 2.0], mask=[False, True])
    with pytest.raises(ValueError, match="features must have no mask"):
        Sample(np.ma.stack([row, row]), codes)
    with pytest.raises(ValueError, match="specimens must have no mask"):
        Sample(ONES[0], np.ma.masked_array(codes, mask=[True, False]))
    with pytest.raises(ValueError, match="images must have no mask"):
        fit_grey_range(lambda: iter([ONES[0], MASKED[0]]))
    from pspflow.simulate import simulate_composite

    with pytest.raises(ValueError, match="sigma_voxels must have no mask"):
        simulate_composite(
            4, np.ma.masked_array([1, 2, 3], mask=[0, 1, 0]), 0.5, np.random.default_rng(0)
        )
    from pspflow.simulate import simulate_particles, simulate_spinodal

    three = np.ma.masked_array([3.0, 3.0, 3.0], mask=[0, 1, 0])
    with pytest.raises(ValueError, match="semiaxes_voxels must have no mask"):
        simulate_particles(4, 0.5, np.random.default_rng(0), semiaxes_voxels=three)
    with pytest.raises(ValueError, match="wavelengths_voxels must have no mask"):
        simulate_spinodal(4, 0.5, np.random.default_rng(0), wavelengths_voxels=three)
    from pspflow.topology import persistence_images, persistence_pairs

    with pytest.raises(ValueError, match="images must have no mask"):
        persistence_images([MASKED[0], MASKED[1]])
    with pytest.raises(ValueError, match="image must have no mask"):
        persistence_pairs([[1.0, 2.0], row])


@given(
    values=numpy_arrays(np.float64, st.tuples(st.integers(0, 4), st.integers(0, 4))),
    masked=st.booleans(),
)
def test_a_mask_without_masked_elements_is_a_plain_array(values, masked):
    """An array whose mask hides nothing is used as it is, and any hidden element is refused."""
    for mask in (np.ma.nomask, np.zeros(values.shape, bool)):
        plain = unmasked(np.ma.masked_array(values, mask=mask), "values")
        assert type(plain) is np.ndarray
        np.testing.assert_array_equal(plain, values)
    if masked and values.size:
        mask = np.zeros(values.shape, bool)
        mask.flat[-1] = True
        with pytest.raises(ValueError, match=f"but 1 of {values.size} elements are masked"):
            unmasked(np.ma.masked_array(values, mask=mask), "values")


def test_a_masked_structure_without_masked_elements_is_used():
    """Users' readers return masked arrays whether or not anything is masked."""
    from pspflow.mechanics import voigt_stiffness
    from pspflow.topology import persistence_images, persistence_pairs

    images = np.random.default_rng(0).integers(0, 256, (2, 9, 9), dtype=np.uint8)
    np.testing.assert_array_equal(
        persistence_images(np.ma.array(images)), persistence_images(images)
    )
    for actual, expected in zip(
        persistence_pairs(np.ma.array(images[0])), persistence_pairs(images[0]), strict=True
    ):
        np.testing.assert_array_equal(actual, expected)
    halves = np.ma.masked_invalid([0.5, 0.5])
    np.testing.assert_array_equal(
        voigt_stiffness(halves, [1, 2], [0.3, 0.3]), voigt_stiffness([0.5] * 2, [1, 2], [0.3] * 2)
    )


def test_what_is_no_masked_array_is_returned_as_it_is():
    """No copies, no conversion: tensors, lists, tables and generators pass through."""
    for values in (ONES, [1, 2], ((1, 2), [3]), "text", None, iter([1])):
        given_back = unmasked(values, "values")
        assert given_back is values or given_back == values


@pytest.mark.parametrize(
    "call",
    [
        "topology.persistence_pairs",
        "topology.persistence_images",
        "topology.fitting.as_pairs",
        "mechanics.checks.check_strain",
        "mechanics.isotropic.bulk_modulus",
        "mechanics.isotropic.shear_modulus",
        "mechanics.bounds.voigt_stiffness",
        "evaluation.snr.signal_to_noise_db",
    ],
)
@pytest.mark.parametrize("values", [ONES + 1j, np.array([[["a"]]])])
def test_what_is_no_real_number_is_refused(call, values):
    """Numpy drops the imaginary part, as of a Fourier transform that was not inverted."""
    module, name = call.rsplit(".", 1)
    function = getattr(import_module(f"pspflow.{module}"), name)
    call = {
        "persistence_pairs": (values[0],),
        "bulk_modulus": (values, 0.3),
        "shear_modulus": (1.0, values),
        "voigt_stiffness": (values, [1.0], [0.3]),
    }.get(name, (values,))
    with pytest.raises(ValueError, match=r"real numbers|no default range|NaN"):
        function(*call)


@pytest.mark.parametrize("order", list(permutations("xyz")))
def test_names_of_axes_are_data(order):
    """A labelled structure gives the stiffness of its axes x, y and z, in whatever order they lie.

    An inverse permutation would agree for exchanged pairs and differ for the two cycles.
    """
    from pspflow.mechanics import strain_field
    from pspflow.mechanics.checks import check_phases

    phases = np.random.default_rng(0).integers(0, 2, (3, 4, 5))
    labelled = xr.DataArray(phases, dims=("x", "y", "z")).transpose(*order)
    np.testing.assert_array_equal(check_phases(labelled, 2), phases)
    call = {"young_gpa": [1, 2], "poisson": [0.3, 0.3], "macro_strain": [1, 0, 0, 0, 0, 0]}
    np.testing.assert_allclose(
        strain_field(labelled, **call), strain_field(phases, **call), atol=1e-6
    )


@pytest.mark.parametrize("order", list(permutations("xyz")))
def test_names_of_axes_are_data_of_statistics(order):
    """Two-point statistics of labelled structures are along their x, y and z."""
    from pspflow.microstructure.two_point import two_point_statistics

    phases = np.random.default_rng(0).integers(0, 2, (2, 4, 5, 6), dtype=np.uint8)
    labelled = xr.DataArray(phases, dims=("n", "x", "y", "z")).transpose(*order, "n")
    np.testing.assert_array_equal(two_point_statistics(labelled), two_point_statistics(phases))


@pytest.mark.parametrize("order", list(permutations(("n", "y", "x"))))
def test_names_of_a_stack_are_data(order):
    """Images of a labelled stack are found along their axes y and x."""
    from pspflow.topology import critical_pixels, persistence_images

    images = np.random.default_rng(0).integers(0, 256, (2, 7, 9), dtype=np.uint8)
    labelled = xr.DataArray(images, dims=("n", "y", "x")).transpose(*order)
    np.testing.assert_array_equal(persistence_images(labelled), persistence_images(images))
    for actual, expected in zip(
        critical_pixels(labelled.isel(n=1)), critical_pixels(images[1]), strict=True
    ):
        np.testing.assert_array_equal(actual, expected)
    capitals = labelled.rename({"y": "Y", "x": "X"})
    np.testing.assert_array_equal(persistence_images(capitals), persistence_images(images))


@pytest.mark.parametrize(
    "name", ["grey_histograms", "two_point_curves", "texture_features", "signal_to_noise_db"]
)
@pytest.mark.parametrize("order", list(permutations(("n", "y", "x"))))
def test_names_of_chips_are_data(name, order):
    """Features of a labelled stack of chips are those of its chips, however its axes lie."""
    from pspflow.evaluation import features, snr

    function = getattr(features, name, None) or getattr(snr, name)
    chips = np.random.default_rng(0).integers(0, 256, (3, 32, 30), dtype=np.uint8)
    labelled = xr.DataArray(chips, dims=("n", "y", "x")).transpose(*order)
    np.testing.assert_array_equal(function(labelled), function(chips))


def test_other_labels_leave_an_array_as_it_is():
    """Axes without names, with other names or with a method of that name are not moved."""
    images = np.arange(8.0).reshape(2, 2, 2)
    for labelled in (
        xr.DataArray(images),
        xr.DataArray(images, dims=("x", "b", "c")),
        xr.DataArray(images, dims=("y", "x", "X")),
        images,
    ):
        assert along(labelled, ("y", "x")) is labelled


class Point(NamedTuple):
    """Two arrays under names."""

    x: np.ndarray
    y: np.ndarray


def test_the_decorator_keeps_a_function_as_it_is():
    """Name, docstring, defaults and kinds of arguments stay; named tuples keep their type."""

    @refuses_masks
    def shifted(point: Point, *rest: float, by: float = 1.0) -> tuple[Point, float]:
        """Shift."""
        return point, by + sum(rest)

    assert (shifted.__name__, shifted.__doc__) == ("shifted", "Shift.")
    point, by = shifted(Point(np.ma.array(ONES), ONES), 2.0, 3.0, by=4.0)
    assert isinstance(point, Point)
    assert type(point.x) is np.ndarray
    assert by == 9
    with pytest.raises(ValueError, match="point must have no mask"):
        shifted(point=Point(ONES, MASKED))
