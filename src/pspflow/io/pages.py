"""Files for people: figures as PNG, with their provenance, and the report as HTML."""

from pathlib import Path

from matplotlib.figure import Figure

from pspflow.io.artefacts import Provenance, replacing


def save_figure(path: Path, figure: Figure, provenance: Provenance) -> None:
    """Write a figure as PNG; its provenance is the PNG's text field `pspflow`."""
    with replacing(path) as staged:
        # no software field: it would change with every matplotlib release
        figure.savefig(
            staged, dpi=300, metadata={"pspflow": provenance.as_json(), "Software": None}
        )


def read_figure(path: Path) -> bytes:
    """Read a figure as it is stored."""
    return path.read_bytes()


def save_page(path: Path, html: str) -> None:
    """Write a page as UTF-8."""
    with replacing(path) as staged:
        staged.write_text(html, encoding="utf-8")
