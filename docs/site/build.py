"""Build the documentation as a site: `python docs/site/build.py [FOLDER]`, by default site.

The pages of the repository and those made from the code are gathered in a folder, and Sphinx makes
HTML of them. A warning fails.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import api
import commands
import gather
import options
from sphinx.cmd.build import main as sphinx

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def build(site: Path) -> int:
    """Build the site anew, and return the exit status of Sphinx."""
    if site.exists() and not (site / "searchindex.js").exists():
        raise SystemExit(f"{site} is no site of an earlier build; name another folder.")
    shutil.rmtree(site, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="pspflow-docs-") as folder:
        source, state = Path(folder, "pages"), Path(folder, "state")
        gather.gather(ROOT, source)
        for made in (options, commands, api):
            for place, text in made.pages().items():
                (source / place).parent.mkdir(parents=True, exist_ok=True)
                (source / place).write_text(text, encoding="utf-8")
        flags = ["--quiet", "--fail-on-warning", "--builder", "html"]
        places = ["--conf-dir", str(HERE), "--doctree-dir", str(state), str(source), str(site)]
        return sphinx([*flags, *places])


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "site")))
