"""Gather the pages of the repository for the site: their places change, and so do their links."""

import os
import re
import shutil
from pathlib import Path, PurePosixPath

from nav import HOME, NAV, pages, place

LINK = re.compile(r"(\]\()([^)\s#]+)((?:#[^)\s]*)?(?:\s[^)]*)?\))")
ELSEWHERE = re.compile(r"[a-z]+:")
FILES = "files"
"""Folder of the site with files of the repository to which pages link."""


def gather(root: Path, into: Path) -> None:
    """Copy every page of the menu that is committed, with the images and files to which it links.

    Raises
    ------
    FileNotFoundError
        Where a page, or a file to which it links, is not there.
    """
    for page in pages():
        if page.startswith("reference/"):
            continue
        text = _moved((root / page).read_text(encoding="utf-8"), page, root, into)
        if page == HOME:
            text += "\n" + menu()
        target = into / place(page)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def menu() -> str:
    """Write the menu: what the home page has at its end, and the reader sees beside every page."""
    trees = []
    for caption, group in NAV.items():
        names = "\n".join(place(page).removesuffix(".md") for page in group)
        trees.append(f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{names}\n```\n")
    return "\n".join(trees)


def _moved(text: str, page: str, root: Path, into: Path) -> str:
    """Return the text of a page with its links as they are in the site."""
    here = PurePosixPath(place(page)).parent

    def link(match: re.Match[str]) -> str:
        before, target, after = match.groups()
        if ELSEWHERE.match(target):
            return match[0]
        source = os.path.normpath(f"{PurePosixPath(page).parent}/{target}")
        there = place(source) if source in pages() else _copied(source, root, into)
        return f"{before}{os.path.relpath(there, here)}{after}"

    return LINK.sub(link, text)


def _copied(source: str, root: Path, into: Path) -> str:
    """Copy what is no page, and return its place in the site."""
    target = source.removeprefix("docs/") if source.startswith("docs/") else f"{FILES}/{source}"
    (into / target).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(root / source, into / target)
    return target
