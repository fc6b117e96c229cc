"""What Sphinx is told; build.py gathers the pages that it reads."""

import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.ext.napoleon import Config, NumpyDocstring

from pspflow import __version__

project = "pspflow"
author = "The pspflow developers"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
language = "en"

myst_heading_anchors = 5  # the anchors that the repository's site gives to headings
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_member_order = "bysource"
autodoc_mock_imports = ["triton"]  # there is none for machines without a GPU
autodoc_preserve_defaults = True
default_role = "code"  # docstrings write names as Markdown does
python_maximum_signature_line_length = 80
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"  # fonts of the reader's system: a page asks nothing of the network
html_title = f"pspflow {__version__}"
html_copy_source = False
html_show_sphinx = False

NUMPY = Config(napoleon_use_rtype=False, napoleon_use_ivar=True)
BAR = re.compile(r"\|(?=(?:[^`]*`[^`]*`)*[^`]*$)")
"""A vertical bar outside of backticks."""


def docstring(
    app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]
) -> None:
    """Read a docstring: numpy's sections, names in backticks, and else text as it stands.

    A vertical bar is one, no substitution of reStructuredText. Attributes have no sections:
    napoleon would read what stands before a colon in their first line as a type.
    """
    lines[:] = [BAR.sub(r"\\|", line) for line in lines]
    if what not in ("attribute", "data", "property"):
        lines[:] = NumpyDocstring(lines, NUMPY, app, what, name, value, options).lines()


def setup(app: Sphinx) -> None:
    """Connect what is above."""
    app.connect("autodoc-process-docstring", docstring)
