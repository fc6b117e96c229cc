"""The documentation as a site: complete, whole, and quiet when it is built and when it is read."""

import importlib
import re
import subprocess
import sys
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from pspflow.config import Config
from pspflow.studies import registry

for package in ("sphinx", "myst_parser", "furo"):
    pytest.importorskip(package, reason="the site needs what .[dev] installs")

pytestmark = [pytest.mark.docs, pytest.mark.xdist_group("docs")]
ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs/site"
sys.path.insert(0, str(SITE))
nav, options = importlib.import_module("nav"), importlib.import_module("options")

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""What a browser asks for when it shows a page, and where the page names it."""


class Page(HTMLParser):
    """What a page loads, where it leads, and the places in it that others can name."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        """Note what the tag names."""
        named = dict(attrs)
        self.ids.add(named.get("id"))
        if tag in LOADED and named.get(LOADED[tag]):
            self.loads.append(named[LOADED[tag]])
        if tag == "a" and named.get("href"):
            self.links.append(named["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site once, and read its pages by their files."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, str(SITE / "build.py"), str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    return {file.relative_to(folder): Page(file) for file in folder.rglob("*.html")}, folder


def test_it_builds_without_a_word_and_has_every_page(site):
    """Each page of the menu is there; the fixture has seen that no warning was printed."""
    pages, _ = site
    assert {Path(nav.place(page)).with_suffix(".html") for page in nav.pages()} <= set(pages)


def test_no_page_asks_anything_of_the_network(site):
    """Scripts, styles, fonts and images lie in the site: it can be read without a connection."""
    pages, folder = site
    loads = {load for page in pages.values() for load in page.loads}
    assert len(loads) > 20
    assert {load for load in loads if re.match(r"([a-z]+:)?//", load)} == set()
    styles = "".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", styles) == []


def test_links_and_images_lead_somewhere(site):
    """Also those that were moved, because a page or file lies elsewhere in the repository."""
    pages, folder = site
    lost = defaultdict(list)
    for file, page in pages.items():
        for target in (*page.links, *page.loads):
            if re.match(r"[a-z]+:", target):
                continue
            place, _, anchor = unquote(target).partition("#")
            there = (folder / file.parent / place.partition("?")[0]).resolve() if place else None
            name = there.relative_to(folder.resolve()) if there else file
            known = pages[name].ids | {""} if name in pages else {""}
            if not (folder / name).is_file() or anchor not in known:
                lost[file].append(target)
    assert dict(lost) == {}


def test_every_command_has_its_entry(site):
    """Stages, tools, and what is no study's."""
    pages, _ = site
    for study in registry.studies():
        ids = pages[Path(f"reference/commands/{study}.html")].ids
        stages = {
            f"pspflow-{study}-{chapter}-{command.name}"
            for chapter in registry.chapters(study)
            for command in registry.stages(study, chapter)
        }
        tools = {f"pspflow-{study}-{command.name}" for command in registry.tools(study)}
        assert stages | tools <= ids
    own = {f"pspflow-{name}" for name in ("schema", "status", "front", "init", "check")}
    assert own <= pages[Path("reference/commands/project.html")].ids


@pytest.mark.parametrize("layer", nav.LAYERS)
def test_every_public_name_has_its_entry(site, layer):
    """What a shared layer exports is documented where it is defined."""
    pages, _ = site
    ids = pages[Path(f"reference/python/{layer}.html")].ids
    package = importlib.import_module(f"pspflow.{layer}")
    ends = {str(each).rpartition(".")[2] for each in ids}
    assert set(getattr(package, "__all__", ())) <= ends


def test_every_option_has_its_row():
    """With its default, in the section of its name."""
    made = options.pages()

    def check(section, values, text):
        own = text.partition(f"# `{section}`\n")[2].partition("\n#")[0]
        for name, value in values.items():
            if isinstance(value, dict) and f"# `{section}.{name}`\n" in text:
                check(f"{section}.{name}", value, text)
            else:
                assert re.search(
                    rf"^\| `{name}` \|.*`{re.escape(options.value_text(value))}`", own, re.M
                )

    for study, values in Config().model_dump(mode="json").items():
        if study in registry.studies():
            check(study, values, made[f"reference/options/{study}.md"])
        else:
            assert f"| `{study}` |" in made["reference/options/run.md"]


def test_every_page_of_the_repository_is_in_the_menu():
    """A new page cannot be forgotten: Sphinx sees only what the menu names."""
    committed = {str(file.relative_to(ROOT)) for file in (ROOT / "docs").rglob("*.md")} | {
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    }
    assert committed - set(nav.pages()) == set()
