"""The text and the tables of the composite study's report: structures, networks, forward, local."""

from collections.abc import Mapping

import pandas as pd

from pspflow.report.page import Figure, Section, Table
from pspflow.studies.composite import paper
from pspflow.studies.composite.accuracy import summary
from pspflow.studies.composite.localization_options import window_of
from pspflow.studies.composite.options import CompositeOptions
from pspflow.studies.composite.recipes import RECIPES, ModelName
from pspflow.studies.composite.wide import beside_paper

Tables = Mapping[str, pd.DataFrame]
Pictures = Mapping[str, bytes]


def lead(structures: pd.DataFrame, options: CompositeOptions) -> str:
    """Say what the report rests on, and above all whether anyone ever made it."""
    count = f"{len(structures)} structures of {structures['specimen'].nunique()} specimens"
    if options.data.source == "simulated":
        return (
            f"This report rests on {len(structures)} structures that are simulated: no value in it "
            "was measured on a material. Set composite.data.source to 'structures' to use your own."
        )
    return f"This report rests on {count} from {options.data.structures.stack}."


def structures_section(tables: Tables, pictures: Pictures, options: CompositeOptions) -> Section:
    """Describe the structures and how they were solved."""
    rows, stiffness, phases = tables["structures"], tables["stiffness"], tables["phases"]
    moduli = " and ".join(
        f"{row.young_gpa:g} GPa (Poisson's ratio {row.poisson:g})" for row in phases.itertuples()
    )
    shares = options.split.shares
    table = stiffness.drop(columns="structure").agg(["min", "median", "max"]).T
    ranges = table.rename_axis("component").reset_index()
    edge = int(tables["edge"].iloc[0, 0])
    return Section(
        "Structures",
        f"Periodic cells of {edge} x {edge} x {edge} voxels of two phases, of {moduli}; volume "
        f"fractions of the stiff phase {rows['volume_fraction'].min():.2f} to "
        f"{rows['volume_fraction'].max():.2f}.{_recipe(len(rows), edge, options)} Effective "
        "stiffness by conjugate "
        "gradients with the Fourier inverse of a homogeneous cell, hexahedra "
        f"'{options.solver.element}', relative residual {options.solver.tolerance:g}. "
        f"{shares['train']:.0%} train, {shares['validation']:.0%} validate and "
        f"{shares['test']:.0%} test, in {options.split.runs} independent "
        f"split{'s' if options.split.runs > 1 else ''}.",
        [Table(ranges, "Solved components of the stiffness in GPa.")],
        [Figure(pictures["overview"], _overview(options))],
    )


def _recipe(count: int, edge: int, options: CompositeOptions) -> str:
    """Say how simulated structures were made, and where that departs from the paper."""
    if options.data.source != "simulated":
        return ""
    made = options.data.simulated
    pair = " and ".join("-".join(f"{width:g}" for width in one) for one in made.pair_morphologies)
    return (
        f" {count} structures are white noise, smoothed by Gaussians of "
        f"{', '.join(f'{width:g}' for width in made.sigmas_voxels)} voxels along each axis in "
        "every combination and cut at a level (set all; the paper's recipe, of which it has about "
        f"8,900 of 51 voxels). {made.pair_structures} more of the two morphologies {pair} alone "
        "(widths along x, y and z; set pair) are for inverse design. The paper's pair, 7-1-1 and "
        "1-7-7, are about 280 of its structures; in cells smaller than its 51 voxels such widths "
        "span the cell and leave the two morphologies no C11 in common."
    )


def _overview(options: CompositeOptions) -> str:
    beside = " (the paper's Figure 2: 74.49 % and 26.02 % of the stiff phase at about 25 GPa)"
    return (
        "C11 against the volume fraction of the stiff phase and, where there are any, two "
        f"structures of nearly one C11{beside if options.papers_material else ''}."
    )


def networks_section(tables: Tables, options: CompositeOptions) -> Section:
    """List the networks that were trained, and how they differ."""
    chosen = options.networks
    style = (
        f"from VGG19 ({chosen.style_weights})"
        if chosen.style_weights
        else "from fixed random filters at up to three scales, since no weights of VGG19 were named"
    )
    size = (
        "the paper's sizes"
        if (chosen.width, chosen.decoder_width, chosen.dense) == (16, 16, 2048)
        else f"smaller than the paper's: {chosen.width} filters in the first stage of the trunk "
        f"and {chosen.decoder_width} in the last of the decoder (16), {chosen.dense} dense units "
        "(2048)"
    )
    return Section(
        "Networks",
        "The VAE-regression of Tables 2 to 5 with a Gaussian prior (gaussian) and a mixture of "
        f"{chosen.components} (mixture), the plain autoencoder (vae) and regression alone (cnn), "
        f"at {size}. Edges other than 51 have as many stages as halve them to 1. The log variance "
        "of Table 4's Gaussian prior is one number for all latent dimensions, since its printed "
        "size of 1 or 6 does not fit 16. The style loss compares slices along all three axes; its "
        f"features are {style}; its unit is its mean between different training structures. "
        f"Weights: regression {chosen.published.regression_weight:g}, divergence "
        f"{chosen.published.kl_weight:g} a nat. The paper's are 10 and 1, after multipliers of 2 "
        "and 20 that bring these terms to the scale of its own style loss; they do not carry over "
        "to this unit, in which larger weights of the divergence collapse the posterior. "
        "Ours (names ending in _statistics) have a trunk that sees means over the periodic cell, "
        "properties as logarithms, symmetric copies of the structures, a reconstruction loss of "
        "volume fraction, autocovariance and centred Gram matrices, a regressor that judges what "
        "was decoded, and a decoder that filters noise and cuts it. That decoder can make any cut "
        "Gaussian field and no other; simulated structures are such fields, so that its success "
        "on them does not carry over to structures of another kind. cnn_augmented is regression "
        "alone with the symmetric copies, cnn_statistics regression alone with our trunk and "
        "logarithms too.",
        [Table(tables["trainings"], "Networks that were trained: epochs, and the best of them.")],
    )


def forward_sections(
    tables: Tables, pictures: Pictures, options: CompositeOptions
) -> list[Section]:
    """Report forward accuracy: Table 1, Tables 7 and 8, Figure 7."""
    simulated = options.papers_material
    accuracy = tables["accuracy"]
    c11, normal = (shown(summary(accuracy, target), simulated) for target in ("c11", "normal"))
    beside = " The paper's values are for 51 voxels and ten runs." if simulated else ""
    return [
        Section(
            "Stiffness from structure",
            "Errors on test structures, means over runs, each a split and an initialisation of "
            "its own. MAPE is the mean absolute error over the mean solved value, as the paper "
            "defines it; mean relative error is over each value. coverage 95 is the share of "
            "structures inside the predicted 95 % interval, where a model gives one. Standard "
            f"deviations need more than one run.{beside}",
            [
                Table(c11, "C11 alone (the paper's Table 1)."),
                *(
                    Table(
                        beside_paper(normal, ["model"], "property", measure, f"paper_{measure}"),
                        f"{said} of all six components, means over runs (Tables 7 and 8).",
                    )
                    for measure, said in (("mape", "MAPE in percent"), ("r2", "R²"))
                ),
            ],
            [
                Figure(pictures["parity"], "Predicted against solved C11 of test structures."),
                Figure(
                    pictures["errors"],
                    "MAPE of every model" + ("; diamonds: the paper." if simulated else "."),
                ),
                Figure(
                    pictures["latent"],
                    "Latent spaces by their first two principal components, coloured by C11 (the "
                    "paper's Figure 7): the plain autoencoder's, and those that know C11.",
                ),
            ],
        )
    ]


def shown(table: pd.DataFrame, simulated: bool) -> pd.DataFrame:
    """Hide the paper's columns for another material, and deviations of one run alone."""
    hidden = [] if simulated else [name for name in table if str(name).startswith("paper_")]
    empty = [name for name in table if table[name].isna().all()]
    return table.drop(columns=[*dict.fromkeys([*hidden, *empty])])


def localization_section(tables: Tables, pictures: Pictures, options: CompositeOptions) -> Section:
    """Report localization beside its linear baseline."""
    accuracy, edge = tables["localization"], int(tables["edge"].iloc[0, 0])
    simulated = options.papers_material
    low, high = paper.LOCALIZATION_R2
    best = accuracy.set_index("model")["squared_pearson"]
    linear = best.get("mks", float("nan"))
    networks = best[[name for name in best.index if str(name).startswith("cpnet")]]
    verdict = ""
    if len(networks) and pd.notna(linear):
        verdict = (
            f" The linear filter reaches {linear:.3f}, CPNet {networks.max():.3f}: "
            + ("the filter is better" if linear > networks.max() else "CPNet is better")
            + (
                f"; the report gives {low:.2f} to {high:.2f} for CPNet, in cells of 51."
                if simulated
                else "."
            )
        )
    return Section(
        "Strain of every voxel",
        "Strain along x under a macroscopic strain of 0.001 along x. CPNet maps a window of the "
        "filtered structure to the strains at its centre (cpnet7: 7 voxels along an edge); as "
        "printed it has a window of 21 and 902,183 parameters, here a window of "
        f"{window_of(edge)} in cells of {edge}"
        f"{', all of them' if window_of(edge) >= edge - 1 else ''}; fno is a Fourier neural "
        "operator on the whole cell; mks is a linear convolution fitted in the Fourier domain; "
        "phase_mean is the mean strain of each phase. Squared Pearson correlation, as the report, "
        "and the coefficient of determination, pooled over voxels of test structures, with 95 % "
        f"intervals from resampled structures.{verdict}",
        [
            Table(accuracy, "Accuracy of local strains on test structures."),
            Table(tables["speed"], "Seconds a structure on this machine (Figure 4-1's trade-off)."),
        ],
        [
            Figure(pictures["slices"], "Centre slices: structure, strains true and predicted."),
            Figure(pictures["local_parity"], "Predicted against true strain of test voxels."),
            Figure(pictures["speed"], "Seconds and parameters against the gap between windows."),
        ],
    )


def _kind(model: ModelName) -> str:
    recipe = RECIPES[model]
    return "ours" if recipe.statistics or recipe.augmented else "the paper's"


def trainings(histories: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tabulate the trainings by name (SET/TARGET/MODEL/runN)."""
    rows = []
    for name, history in histories.items():
        data, target, model, run = name.split("/")
        best = history["validation_loss"].idxmin()
        rows.append(
            {
                "structures": data,
                "target": target,
                "model": model,
                "run": int(run.removeprefix("run")),
                "epochs": len(history),
                "best_epoch": int(history["epoch"][best]) + 1,
                "validation_loss": float(history["validation_loss"][best]),
                "training": _kind(model),  # type: ignore[arg-type]
            }
        )
    return pd.DataFrame(rows)
