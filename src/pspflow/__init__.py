"""Process-structure-property models of microstructures, as one workflow."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("pspflow")
except PackageNotFoundError:  # run from a checkout, inside a conda environment of the workflow
    __version__ = "0+unknown"
