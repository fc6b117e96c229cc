"""The stage that draws localization."""

from pathlib import Path

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.pages import save_figure
from pspflow.io.tables import read_table
from pspflow.studies.composite import localization_figures as draw


def localization_figures(
    *,
    accuracy: Path,
    examples: Path,
    speed: Path,
    slice_figure: Path,
    parity_figure: Path,
    speed_figure: Path,
    simulated: bool = False,
) -> None:
    """Draw predicted strain fields, predicted against true strains, and times by CPNet's gap.

    Parameters
    ----------
    accuracy
        Table of the models' accuracies.
    examples
        Zarr store of example structures and sampled voxels.
    speed
        Table of the times.
    slice_figure, parity_figure, speed_figure
        PNG files to write.
    simulated
        Whether the structures are of the paper's material, so that its values may stand beside.
    """
    store = open_store(examples)
    models: list[str] = list(store.attrs["models"])  # type: ignore[arg-type]
    macro = float(store.attrs["macro_strain_11"])  # type: ignore[arg-type]
    names: list[str] = list(store.attrs["structures"])  # type: ignore[arg-type]
    kinds: list[str] = list(store.attrs["morphologies"])  # type: ignore[arg-type]
    titles = [kind or name for name, kind in zip(names, kinds, strict=True)]
    fields = dict(zip(models, read_values(store, "predicted"), strict=True))
    voxels = dict(zip(models, read_values(store, "predicted_voxel"), strict=True))

    drawn = Provenance.of("composite localization-figures", {"examples": examples})
    figure = draw.slice_figure(
        read_values(store, "phase"), read_values(store, "true"), fields, titles, macro
    )
    save_figure(slice_figure, figure, drawn)
    inputs = {"examples": examples, "accuracy": accuracy}
    figure = draw.parity_figure(
        read_values(store, "true_voxel"), voxels, read_table(accuracy), macro, simulated=simulated
    )
    save_figure(parity_figure, figure, Provenance.of("composite localization-figures", inputs))
    timed = Provenance.of("composite localization-figures", {"speed": speed})
    save_figure(speed_figure, draw.speed_figure(read_table(speed)), timed)
