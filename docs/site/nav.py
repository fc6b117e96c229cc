"""The pages of the site, in reading order: those of the repository, and those made from code."""

from pspflow.studies import registry

LAYERS = ("topology", "mechanics", "microstructure", "evaluation", "simulate", "models")
"""Shared layers whose Python interface has a page."""

HOME = "README.md"
NAV = {
    "Tutorial": ("docs/tutorial.md",),
    "How to": (
        "docs/how-to/configuration.md",
        "docs/how-to/one_study.md",
        "docs/how-to/targets.md",
        "docs/how-to/rerun.md",
        "docs/how-to/clusters.md",
        "docs/how-to/gpu.md",
        "docs/how-to/scale.md",
    ),
    "Temper": (
        "docs/how-to/micrographs.md",
        "docs/how-to/property_column.md",
        "docs/how-to/flows.md",
        "docs/how-to/transfer.md",
    ),
    "Composite": ("docs/how-to/structures.md", "docs/how-to/design.md"),
    "Texture": (
        "docs/how-to/textures.md",
        "docs/how-to/plasticity.md",
        "docs/how-to/texture_design.md",
    ),
    "Steel": (
        "docs/how-to/steel.md",
        "docs/how-to/steel_measure.md",
        "docs/how-to/steel_inverse.md",
    ),
    "Arena": ("docs/how-to/own_model.md",),
    "Latent": (
        "docs/how-to/latent_datasets.md",
        "docs/how-to/latent_curation.md",
        "docs/how-to/latent_samples.md",
    ),
    "Explanation": (
        "docs/explanation/persistence.md",
        "docs/explanation/stiffness.md",
        "docs/explanation/textures.md",
        "docs/explanation/splits.md",
        "docs/explanation/measures.md",
    ),
    "Options": (
        "reference/options/run.md",
        *(f"reference/options/{study}.md" for study in registry.studies()),
    ),
    "Commands": (
        "reference/commands/project.md",
        *(f"reference/commands/{study}.md" for study in registry.studies()),
    ),
    "Python": tuple(f"reference/python/{layer}.md" for layer in LAYERS),
    "Results": (
        "results/README.md",
        "docs/results/temper/README.md",
        "docs/results/temper/reference.md",
        "docs/results/temper/uhcs.md",
        "docs/results/temper/tried.md",
        "docs/results/composite/README.md",
        "docs/results/composite/reference.md",
        "docs/results/texture/README.md",
        "docs/results/texture/reference.md",
        "docs/results/steel/README.md",
        "docs/results/steel/reference.md",
        "docs/results/latent/README.md",
        "docs/results/latent/reference.md",
        "docs/results/arena/README.md",
        "docs/results/arena/demo.md",
        "docs/results/gpu.md",
    ),
    "Project": (
        "docs/benchmarks.md",
        "docs/reliability.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    ),
}
"""Headings of the menu, and the pages below each. What starts with reference/ is made."""


def pages() -> tuple[str, ...]:
    """Name every page of the menu by its place in the repository."""
    return (HOME, *(page for group in NAV.values() for page in group))


def place(page: str) -> str:
    """Return where a page of the repository lies in the site.

    The folder docs is the root of the site, and the README its home.
    """
    if page == HOME:
        return "index.md"
    if page.startswith("docs/"):
        return page.removeprefix("docs/")
    return page.replace("/README", "").lower()
