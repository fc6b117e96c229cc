"""Folders that a person's command makes again: nothing but an earlier result is replaced."""

from collections.abc import Collection
from pathlib import Path

from pspflow.errors import InputError


def check_output_folder(
    out: Path, files: Collection[str], kind: str, optional: Collection[str] = ()
) -> None:
    """Refuse to replace what is not an earlier result.

    Parameters
    ----------
    out
        Folder to make.
    files
        Names of what every result holds.
    kind
        What a result is called, with its article.
    optional
        Names of what some results hold.

    Raises
    ------
    InputError
        If it is a file, or a folder that lacks one of the files or holds anything else.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: this is a file; name a folder to make.")
    held = {path.name for path in out.iterdir()} if out.is_dir() else set()
    foreign = held - {*files, *optional}
    if foreign or (held and not held.issuperset(files)):
        raise InputError(
            f"{out}: the folder holds {min(foreign or held)} and is not {kind}; name another."
        )
