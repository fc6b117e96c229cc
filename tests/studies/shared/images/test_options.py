"""Options of images: what a study of the user's micrographs needs, and what does not act."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from pspflow.studies.shared.images.options import (
    ChipOptions,
    Domain,
    ImagesOptions,
    SheetOptions,
    SimulatedImagesOptions,
)

DOMAINS = (Domain(name="pearlite"),)
SHEET = SheetOptions(sheet=Path("sheet.csv"))


@pytest.mark.parametrize(
    ("model", "more"), [(ImagesOptions, {}), (SimulatedImagesOptions, {"source": "micrographs"})]
)
def test_a_study_of_micrographs_needs_their_sheet(model, more):
    """Without a simulation there is nothing else to start from."""
    with pytest.raises(ValidationError, match=r"set micrographs\.sheet to your sheet"):
        model(domains=DOMAINS, **more)
    options = model(domains=DOMAINS, micrographs=SHEET, **more)
    assert not options.simulates
    assert options.section.sheet == Path("sheet.csv")


def test_a_simulated_study_has_no_sheet():
    """The section of a simulated study does not depend on a sheet that is not used."""
    options = SimulatedImagesOptions(domains=DOMAINS, micrographs=SHEET)
    assert options.simulates
    assert options.section == SimulatedImagesOptions(domains=DOMAINS).section
    assert options.section.simulated


@pytest.mark.parametrize(
    ("placement", "forgotten", "kept"),
    [("grid", "redundancy", "stride_px"), ("random", "stride_px", "redundancy")],
)
def test_the_other_placement_is_reset(placement, forgotten, kept):
    """Its option changes nothing, so that changing it reruns nothing."""
    options = ChipOptions(placement=placement, stride_px=7, redundancy=3.0)
    chosen = options.chosen()
    assert getattr(chosen, forgotten) == getattr(ChipOptions(), forgotten)
    assert getattr(chosen, kept) == getattr(options, kept)
