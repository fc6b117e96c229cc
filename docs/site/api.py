"""Pages of the Python interface: the docstrings of the shared layers."""

import ast
import importlib
import inspect
import pkgutil
from types import ModuleType

from nav import LAYERS


def pages() -> dict[str, str]:
    """Write a page for every shared layer, by its place in the site."""
    return {f"reference/python/{layer}.md": _page(f"pspflow.{layer}") for layer in LAYERS}


def _page(name: str) -> str:
    package = importlib.import_module(name)
    parts = [f"# {name}", _documented(name)]
    homes = _homes(package)
    if homes:
        links = ", ".join(f"{{py:obj}}`{each} <{homes[each]}.{each}>`" for each in sorted(homes))
        parts.append(f"Import from `{name}`: {links}.")
    # folders of modules come with their modules
    found = pkgutil.walk_packages(package.__path__, f"{name}.")
    for module in (each.name for each in found if not each.ispkg):
        parts += [f"## {module}", _documented(module, ":members:")]
    return "\n\n".join(parts) + "\n"


def _homes(package: ModuleType) -> dict[str, str]:
    """Return the module of each name that a package exports, as its source imports them."""
    text = inspect.getsource(package)
    imports = (each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.ImportFrom))
    found = {each.name: line.module for line in imports for each in line.names if line.module}
    return {name: found[name] for name in getattr(package, "__all__", ())}


def _documented(module: str, *settings: str) -> str:
    lines = [f".. automodule:: {module}", *(f"   {each}" for each in settings)]
    return "\n".join(("```{eval-rst}", *lines, "```"))
