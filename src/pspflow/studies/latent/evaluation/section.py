"""What the report says about reconstructions and samples: text and tables."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.evaluation.coverage import NEIGHBOURS
from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.latent.evaluation import connectivity, reconstructed, sampled
from pspflow.studies.latent.evaluation.connectivity import PERIODIC
from pspflow.studies.latent.evaluation.findings import RULER, findings
from pspflow.studies.latent.evaluation.made_images import PCA
from pspflow.studies.latent.evaluation.options import EvaluationOptions
from pspflow.studies.latent.evaluation.overview import OF_RECONSTRUCTIONS, at_a_glance, overview
from pspflow.studies.latent.evaluation.reconstructed import MEAN_IMAGE, ORIGINAL
from pspflow.studies.latent.evaluation.results import FAR_SHOWN, Results, shown
from pspflow.studies.latent.evaluation.statements import aims, departures, statements
from pspflow.studies.latent.names import POTTS_NAMES

_JOINED: Final = (
    " The simulation is periodic: where opposite edges are joined, a line that does not go on at "
    "the opposite edge ends there, and cells close across edges. No network here is told that "
    "edges meet, and a watershed closes lines within the image alone."
)


def evaluation_section(
    results: Results, figures: Mapping[str, Figure], options: EvaluationOptions
) -> Section:
    """Write the section.

    Parameters
    ----------
    results
        Tables of the chapter.
    figures
        DATASET_reconstructions and DATASET_samples, and `strips`, where there are such.
    options
        How many images were made and compared.
    """
    parts = [_overview(results, options)]
    parts += [_of_dataset(results, dataset, figures) for dataset in results.datasets]
    parts.append(_further(results, figures))
    return Section(
        title="Evaluation",
        headline=tuple(aims(results)),
        findings=findings(results),
        parts=tuple(parts),
    )


def _overview(results: Results, options: EvaluationOptions) -> Part:
    crops = "simulated micrographs" if results.simulated_crops else "real micrographs"
    return Part(
        title="Reconstructions and samples",
        text="Networks reconstruct test images, and make images of random latents. Autoencoders "
        f"stand beside PCA (principal components) of the same latent size{_fewer(results)}; "
        "samples stand beside real training images, which are compared with the same real test "
        "images in the same numbers: recall, coverage and KID (kernel distance of texture "
        "features) depend on them. Precision and recall are those of Kynkäänniemi et al. 2019, "
        "density and coverage those of Naeem et al. 2020, on texture features in place of a "
        f"network's, all with {NEIGHBOURS} neighbours. A KID {FAR_SHOWN} has no number: it grows "
        "with the sixth power of how far features lie from real ones. The mean image is the mean "
        "of training images. Pair distance is the mean distance between samples over that between "
        "real images; a set that has collapsed has a small one. Images of Potts and Gaussian "
        "models are simulated, and crops "
        f"are of {crops}. Intervals (95 %) resample images, of crops their samples of material, "
        f"{options.resamples:,} times; each network is trained once, and its seed is no part of "
        "them.",
        tables=(
            *at_a_glance(results),
            Table.of(
                overview(results),
                "Datasets and models, with rulers, in numbers: R², SSIM and two-point distance of "
                "reconstructions, then measures of samples, and samples that are nearly copies of "
                "a training image. Arrows say whether high or low is good.",
            ),
            Table.of(
                statements(results),
                "What the report says, without printing numbers, and what is measured here.",
            ),
            Table.of(
                departures(options),
                "Departures from the report, and what it leaves open.",
                detail=True,
            ),
        ),
    )


def _fewer(results: Results) -> str:
    """Name the datasets whose training images allow fewer components."""
    each = [
        f"{have:,} for {size:,} numbers of {dataset}"
        for dataset, (have, size) in results.components.items()
        if have < size
    ]
    return (
        f", or of as many components as training images allow ({', '.join(each)})" if each else ""
    )


def _of_dataset(results: Results, dataset: str, figures: Mapping[str, Figure]) -> Part:
    named = results.called(dataset)
    names = [f"{dataset}_{kind}" for kind in ("reconstructions", "samples")]
    tables = []
    if results.autoencoders(dataset):
        models = [*results.autoencoders(dataset), PCA, MEAN_IMAGE]
        tables.append(
            Table.of(
                _reconstructions(results, dataset, models, OF_RECONSTRUCTIONS),
                f"Reconstructions of {named}, with 95 % intervals; grey levels from -1 to 1. MSE "
                "less PCA's is a difference in the same resamples.",
                detail=True,
            )
        )
    tables.append(
        Table.of(
            _samples(results, dataset),
            f"Samples of {named} against real test images, with 95 % intervals; below, real images "
            "against real ones.",
            detail=True,
        )
    )
    if dataset in POTTS_NAMES:
        tables.append(
            Table.of(
                _connectivity(results, dataset),
                f"Connectivity of boundaries, {named}. Images are divided into lines and cells by "
                "Otsu's threshold of each, real ones too, and lines thinned to one pixel; ends at "
                "the edges of images do not count. Real images are the ruler: thinning has spurs "
                "where a grain is no wider than a line. Lines of the network distance, where it is "
                "there, are closed by construction, by a watershed: numbers and areas of cells "
                "show what it has learnt. Stuck networks, if any, have no values: a threshold "
                "finds lines in what is nearly even." + (_JOINED if dataset in PERIODIC else ""),
                detail=True,
            )
        )
    return Part(
        title=named[0].upper() + named[1:],
        text=_groups(results, dataset),
        figures=tuple(figures[name] for name in names if name in figures),
        tables=tuple(tables),
    )


def _groups(results: Results, dataset: str) -> str:
    """Say of how many samples of material the crops are that intervals resample."""
    rows = results.reconstructions[results.reconstructions["dataset"] == dataset]
    if not dataset.startswith("uhcs") or rows.empty:
        return ""
    count = int(rows["groups"].iloc[0])
    few = " One has no interval." if count == 1 else " Few make intervals too narrow."
    return f"Test crops are of {count} sample{'s' * (count > 1)} of material.{few}"


def _reconstructions(
    results: Results, dataset: str, models: list[str], measures: tuple[str, ...]
) -> pd.DataFrame:
    rows = []
    for model in models:
        found = {name: results.reconstructed(dataset, model, name) for name in measures}
        row = {"model": model} | {name: shown(each) for name, each in found.items()}
        error = found.get(reconstructed.MSE)
        if error is not None:
            row["MSE less PCA's"] = shown(error, "less_pca")
        rows.append(row)
    return pd.DataFrame(rows)


def _samples(results: Results, dataset: str) -> pd.DataFrame:
    rows = []
    there = set(results.samples.loc[results.samples["dataset"] == dataset, "measure"])
    names = [name for name in sampled.UNITS if name in there]
    for made in [*results.sets(dataset), *((ruler, "") for ruler in sampled.RULERS)]:
        found = {name: results.sampled(dataset, made, name) for name in names}
        known = next(each for each in found.values() if each is not None)
        row = {"samples": "/".join(part for part in made if part)}
        row |= {"images": f"{known['images']} against {known['real_images']}"}
        rows.append(row | {name: shown(each) for name, each in found.items()})
    return pd.DataFrame(rows)


def _connectivity(results: Results, dataset: str) -> pd.DataFrame:
    rows = []
    there = set(results.samples.loc[results.samples["dataset"] == dataset, "measure"])
    names = [name for name in connectivity.UNITS if name in there]
    stuck = [model for where, model in results.stuck if where == dataset]

    def add(called: str, model: str, found: dict[str, pd.Series | None]) -> None:
        known = dict.fromkeys(found) if model in stuck else found
        called += ", stuck" if model in stuck else ""
        rows.append({"images": called} | {name: shown(each) for name, each in known.items()})

    for model in [ORIGINAL, *results.autoencoders(dataset), PCA]:
        called = "originals" if model == ORIGINAL else f"reconstructions by {model}"
        add(called, model, {name: results.reconstructed(dataset, model, name) for name in names})
    for made in [(sampled.REAL_TEST, ""), RULER, *results.sets(dataset)]:
        called = f"samples {'/'.join(made)}" if made[1] else made[0]
        add(called, made[0], {name: results.sampled(dataset, made, name) for name in names})
    return pd.DataFrame(rows)


def _further(results: Results, figures: Mapping[str, Figure]) -> Part:
    table = results.copies
    rows = pd.DataFrame(
        {
            "dataset": table["dataset"],
            "samples": table["model"] + "/" + table["sampler"],
            "features": table["features"],
            "training images": table["training_images"],
            "nearest": table["least"],
            "nearest test image": table["test_least"],
            "copies": table["copies"],
            "mean distance over test images'": [shown(row, "ratio") for _, row in table.iterrows()],
            "share nearer": [shown(row, "closer_share") for _, row in table.iterrows()],
        }
    )
    return Part(
        title="Between images, and copies",
        text="Strips lead through latent space from one test image to another (for adversarial "
        "networks from one random latent to another). Copies are looked for among training images "
        "and their mirror images.",
        figures=(figures["strips"],) if "strips" in figures else (),
        tables=(
            Table.of(
                rows,
                "Copy test: distances of samples and of test images to their nearest training "
                "image; the share of samples nearer than the nearest 2.5 % of test images.",
            ),
        ),
    )
