"""Docstrings: every public name has one, and arrays are described by their shapes."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
FILES = sorted((SOURCE / "pspflow").rglob("*.py"))
ARRAYS = {"ndarray", "NDArray", "ArrayLike", "Tensor"}
NAMED = {"dict", "Mapping", "Callable", "Literal"}
"""What holds arrays by names, as a state dict, takes them, or holds text: no shape is needed."""
SHAPE = re.compile(
    r"\(\s*(\.\.\.|[\w.*+/ -]+),[^()]*\)"  # (n,), (n, rows, columns), (..., 6)
    r"|\(\.\.\.\)"
    r"|`[^`]+ x [^`]+`"  # `n x d`
    r"|`[a-z]`|`\d+`"  # `n`: one number for each of a batch
    r"|\b(any|same|its|their|the|one) (same )?shapes?\b|\bshapes? of\b|\bshapes broadcast\b"
    r"|\bscalars?\b"
)
REFERENCE = re.compile(r"\b(as|see|like|those of|that of)\b[^.]*`[\w.]+`", re.IGNORECASE)
"""What leads to the docstring of another function, where arguments are described once."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def public(body: list[ast.stmt], inside: str = "") -> Iterator[tuple[str, ast.ClassDef | Function]]:
    """Yield public classes, functions and methods with their names."""
    for node in body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            yield f"{inside}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{node.name}.")


def aliases(tree: ast.Module) -> set[str]:
    """Return names that a module gives to types of arrays, as `Floats = NDArray[np.float64]`."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript)
        if holds_array(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def holds_array(node: ast.expr | None, known: set[str]) -> bool:
    """Tell whether an annotation is an array, or some of them in a sequence or a tuple."""
    parts: list[ast.expr] = []
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in ARRAYS | known
        case ast.Constant(value=str(text)):
            parts = [ast.parse(text, mode="eval").body]
        case ast.Subscript(value=base, slice=inner):
            parts = [] if isinstance(base, ast.Name) and base.id in NAMED else [base, inner]
        case ast.BinOp(left=left, right=right):
            parts = [left, right]
        case ast.Tuple(elts=items):
            parts = items
    return any(holds_array(each, known) for each in parts)


def takes_arrays(node: Function, known: set[str]) -> bool:
    """Tell whether a function takes or returns arrays."""
    given = node.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    every = [each.annotation for each in arguments] + [node.returns]
    return any(holds_array(each, known) for each in every)


def is_overload(node: Function) -> bool:
    """Tell whether a function only says another signature of one below it."""
    return any(ast.unparse(each).endswith("overload") for each in node.decorator_list)


@cache
def functions() -> tuple[tuple[str, str], ...]:
    """Return place and docstring of every public function that takes or returns arrays."""
    found = []
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        known = aliases(tree)
        for name, node in public(tree.body):
            if isinstance(node, Function) and takes_arrays(node, known) and not is_overload(node):
                place = f"{file.relative_to(SOURCE)}:{node.lineno} {name}"
                found.append((place, ast.get_docstring(node) or ""))
    return tuple(found)


def test_everything_public_has_a_docstring():
    """Modules, classes, functions and methods say what they are."""
    bare = []
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        every = [("the module", tree), *public(tree.body)]
        bare += [
            f"{file.relative_to(SOURCE)}: {name}"
            for name, node in every
            if not ast.get_docstring(node)
            and not (isinstance(node, Function) and is_overload(node))
        ]
    assert bare == []


def test_arrays_have_shapes():
    """A function that takes or returns arrays says their shapes, or which other one says them."""
    assert len(functions()) > 800
    silent = [
        place for place, text in functions() if not (SHAPE.search(text) or REFERENCE.search(text))
    ]
    assert silent == []


@pytest.mark.parametrize(
    "text",
    [
        "Chips, (n, rows, columns) uint8.",
        "Float64 of shape ``(..., 6, 6)``.",
        "Map latents `b x d` to images.",
        "The score of each, `n`.",
        "Pixels of any shape.",
        "Parameters as in `pspflow.topology.persistence_pairs`.",
    ],
)
def test_a_shape_is_found(text):
    """The guard knows every way in which docstrings here write a shape."""
    assert SHAPE.search(text) or REFERENCE.search(text)


@pytest.mark.parametrize(
    "text",
    ["Return the images.", "Fit a line (Davison and Hinkley 1997).", "Take `chips` of a domain."],
)
def test_prose_is_no_shape(text):
    """Citations and names in backticks say no shape."""
    assert not SHAPE.search(text)
    assert not REFERENCE.search(text)


@pytest.mark.parametrize(
    ("annotation", "held"),
    [
        ("np.ndarray", True),
        ("NDArray[np.float64] | None", True),
        ("Sequence[Tensor]", True),
        ("tuple[Tensor, float]", True),
        ("'Floats'", True),
        ("dict[str, Tensor]", False),
        ("Callable[[np.ndarray], float]", False),
        ("zarr.Array", False),
    ],
)
def test_arrays_are_found_in_annotations(annotation, held):
    """Of what annotations hold, only arrays themselves need a shape."""
    assert holds_array(ast.parse(annotation, mode="eval").body, {"Floats"}) == held
