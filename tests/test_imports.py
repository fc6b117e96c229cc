"""The house's one-way streets."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src/pspflow"
SHARED = {
    "microstructure",
    "simulate",
    "mechanics",
    "topology",
    "models",
    "training",
    "evaluation",
    "report",
}
MAY_IMPORT = {
    # shared layers never import a study, and of io only training may use it
    **{layer: SHARED | ({"io"} if layer == "training" else set()) for layer in SHARED},
    # io knows nothing of what it stores
    "io": {"io"},
    "studies": SHARED | {"io", "studies"},
}
EVERYWHERE = {"errors", "logs", "options", "seeds", "__version__"}


def imported(path):
    """Return the parts of pspflow that a module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pspflow"):
            parts = node.module.split(".")[1:]
            yield from [parts[0]] if parts else [alias.name for alias in node.names]


@pytest.mark.parametrize("layer", sorted(MAY_IMPORT))
def test_imports_run_one_way(layer):
    """Cli -> studies -> shared layers, studies -> io: no circles, no layer above."""
    for path in (PACKAGE / layer).rglob("*.py"):
        foreign = set(imported(path)) - MAY_IMPORT[layer] - EVERYWHERE
        assert not foreign, f"{path.name} imports {foreign}"
