"""The arena, run as a user runs it, on small images."""

from html import unescape

import pytest

from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table
from pspflow.microstructure.loader import cut_chips
from pspflow.studies.arena.chips.shared import read_shared
from pspflow.studies.arena.models.made import Made

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("arena")]
RESULTS = "results/tests/arena"
ENTRANTS = ["sharp", "autoencoder", "autoencoder_density", "flow", "flow_transfer", "stationary"]


@pytest.fixture(scope="module")
def made(arena):
    """Return the folder of the results."""
    return arena.folder / RESULTS


@pytest.fixture(scope="module")
def shared(made):
    """Read the shared chips."""
    return read_shared(made / "chips/images.zarr", made / "chips/images.parquet")


def test_everything_a_run_promises_is_there(made):
    """Every figure, the models by their names, and that the micrographs are simulated."""
    html = unescape((made / "report.html").read_text())
    assert "which are simulated" in html
    for name in ("sharp VQ-VAE + PixelCNN", "flow from real chips", "stationary GAN"):
        assert name in html, name
    figures = list(made.glob("*/figures/*.png"))
    assert len(figures) == 3 == html.count("data:image/png")
    assert set(read_table(made / "measures/ratios.parquet")["entrant"]) == {
        "real_training",
        *ENTRANTS,
    }


def test_all_networks_see_the_same_chips(arena, made, shared):
    """The table of chips that some read, and the images that others do, are the same chips."""
    rows = read_chips(made / "chips/chips.parquet")
    micrographs = Micrographs(arena.folder / "results/tests/steel/images/micrographs.zarr")
    assert (cut_chips(micrographs, rows) == shared.images).all()
    assert rows["chip_id"].tolist() == shared.table["image_id"].tolist()
    assert rows["split"].astype(str).tolist() == shared.table["split"].tolist()


@pytest.mark.parametrize("entrant", ENTRANTS)
def test_every_entrant_makes_as_many_images_of_each_domain(made, shared, entrant):
    """As many as there are test chips in the second halves of its micrographs."""
    images = Made.read(made / f"models/{entrant}/made.zarr")
    wanted = shared.table.iloc[shared.rows("test", half=1)]["domain"].value_counts()
    assert {name: int((images.domains == name).sum()) for name in wanted.index} == dict(wanted)
    assert images.images.shape[1:] == shared.images.shape[1:]
    assert images.images.std() > 0
    assert images.parameters > 0


def test_every_network_has_the_epochs_of_the_configuration(made):
    """Two of each, the PixelCNN too."""
    histories = sorted(made.glob("models/*/*/history.parquet"))
    assert len(histories) == 5
    assert {len(read_table(path)) for path in histories} == {2}
