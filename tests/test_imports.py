"""The house's one-way streets."""

import ast
from pathlib import Path

import pytest

from pspflow.studies import registry

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
EVERYWHERE = {"arrays", "compilers", "errors", "logs", "options", "seeds", "__version__"}
OF_ALL_STUDIES = {"stage", "paths", "registry"}
"""Modules that stand beside the studies and know none of them."""


def imported(path):
    """Yield the parts of the names of the modules of pspflow that a module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pspflow"):
            parts = node.module.split(".")[1:]
            yield from ([*parts, alias.name] for alias in node.names)


@pytest.mark.parametrize("layer", sorted(MAY_IMPORT))
def test_imports_run_one_way(layer):
    """Cli -> studies -> shared layers, studies -> io: no circles, no layer above."""
    for path in (PACKAGE / layer).rglob("*.py"):
        foreign = {parts[0] for parts in imported(path)} - MAY_IMPORT[layer] - EVERYWHERE
        assert not foreign, f"{path.name} imports {foreign}"


def studies_imported(folder):
    """Yield each module of a folder, and the study and chapter (or module) of what it imports."""
    for path in folder.rglob("*.py"):
        for parts in imported(path):
            if parts[0] == "studies":
                yield path, *(*parts[1:], "")[:2]


@pytest.mark.parametrize("study", registry.studies())
def test_no_study_imports_another(study):
    """A study stands on what is shared alone, or says on which others; these stand on none."""
    others = registry.stands_on(study)
    assert not any(map(registry.stands_on, others))
    for path, of, _ in studies_imported(PACKAGE / "studies" / study):
        assert of in {study, *others, "shared", *OF_ALL_STUDIES}, f"{path} imports {of}"


def test_what_is_shared_imports_no_study():
    """Shared chapters know nothing of the studies that name them."""
    for path, of, _ in studies_imported(PACKAGE / "studies/shared"):
        assert of in {"shared", *OF_ALL_STUDIES}, f"{path} imports {of}"


@pytest.mark.parametrize(
    ("study", "chapter"),
    [(study, name) for study in registry.studies() for name in registry.chapters(study)],
)
def test_chapters_are_read_in_order(study, chapter):
    """A chapter imports earlier ones, itself, and modules beside them that import no later one."""
    order = registry.chapters(study)
    later = set(order[order.index(chapter) + 1 :])
    for package in registry.chapter_packages(study, chapter):
        folder = PACKAGE.joinpath(*package.split(".")[1:])
        for path, of, name in studies_imported(folder):
            assert name not in later, f"{path} imports {of}.{name}"
            # the study's own options gather those of all chapters
            assert (of, name) != (study, "options"), f"{path} imports the options of the study"


@pytest.mark.parametrize("study", registry.studies())
def test_modules_beside_the_chapters_stand_below_them(study):
    """Facts and types of a study that chapters import do not lead back to a chapter."""
    chapters = registry.chapters(study)
    beside = {path.stem for path in (PACKAGE / "studies" / study).glob("*.py")}
    used = {
        name
        for chapter in chapters
        for package in registry.chapter_packages(study, chapter)
        for _, of, name in studies_imported(PACKAGE.joinpath(*package.split(".")[1:]))
        if of == study and name in beside
    }
    for name in used:
        path = PACKAGE / "studies" / study / f"{name}.py"
        for parts in imported(path):
            lead = parts[:2] == ["studies", study] and parts[2] in chapters
            assert not lead, f"{path} imports {'.'.join(parts)}"
