"""Cuts are made in pictures as they are seen, from the sheet to the stored micrographs."""

import numpy as np
import pytest
import tifffile
from PIL import Image
from scipy.ndimage import gaussian_filter

from pspflow.io.imagesets import Micrographs
from pspflow.io.tables import read_table
from pspflow.studies.shared.images.options import (
    CatalogueOptions,
    Domain,
    ScaleOptions,
    SplitOptions,
)
from pspflow.studies.shared.images.stages.catalogue import catalogue
from pspflow.studies.shared.images.stages.micrographs import micrographs
from pspflow.studies.shared.images.stages.split import split

BAR_PX, ORIENTATION_TAG = 8, 274
UNDOING = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
"""The orientation that turns a picture back."""
TRANSPOSED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def picture(orientation):
    """Return what is seen, (48, 64): a structure in middle greys above a white bar."""
    noise = gaussian_filter(np.random.default_rng(orientation).normal(size=(48, 64)), 2)
    pixels = np.round(60 + 120 * (noise - noise.min()) / np.ptp(noise)).astype(np.uint8)
    pixels[-BAR_PX:] = 255
    return pixels


def save(path, pixels, orientation):
    """Store a picture turned, with the orientation in which it is seen."""
    image = Image.fromarray(pixels)
    if orientation != 1:
        image = image.transpose(TRANSPOSED[UNDOING[orientation]])
    if path.suffix == ".tif":
        tag = (ORIENTATION_TAG, "H", 1, orientation, True)
        tifffile.imwrite(path, np.asarray(image), extratags=[tag])
        return
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    image.save(path, exif=exif, **({"quality": 99} if path.suffix == ".jpg" else {}))


@pytest.mark.data("micrographs", "read", "annotation bar in a turned picture: cut where it is seen")
@pytest.mark.parametrize("suffix", ["tif", "png", "jpg"])
@pytest.mark.parametrize("cut", ["annotation_bar_px", "crop"])
def test_no_bar_stays_in_a_turned_picture(tmp_path, suffix, cut):
    """The bar is cut at the lower edge that is seen, by the option and by a crop of the sheet."""
    crop = ",0,0,40,64" if cut == "crop" else ""
    columns = "crop_row_px,crop_column_px,crop_height_px,crop_width_px"
    lines = ["image,domain,specimen" + (f",{columns}" if crop else "")]
    for orientation in range(1, 9):
        save(tmp_path / f"{orientation}.{suffix}", picture(orientation), orientation)
        lines.append(f"{orientation}.{suffix},steel,s{orientation}{crop}")
    sheet, table = tmp_path / "sheet.csv", tmp_path / "catalogue.parquet"
    sheet.write_text("\n".join(lines) + "\n")
    scale = ScaleOptions(annotation_bar_px=BAR_PX if cut == "annotation_bar_px" else 0)
    options = CatalogueOptions(domains=(Domain(name="steel"),), scale=scale)
    catalogue(sheet=sheet, catalogue=table, options=options)
    regions, store = tmp_path / "regions.parquet", tmp_path / "micrographs.zarr"
    split(catalogue=table, regions=regions, options=SplitOptions())
    micrographs(sheet=sheet, catalogue=table, regions=regions, micrographs=store)
    stored = Micrographs(store)
    for row in read_table(table).itertuples():
        expected = picture(int(row.specimen[1:]))[:-BAR_PX].astype(float)
        assert stored[row.micrograph].shape == expected.shape
        # the last rows of a JPEG show ringing at the edge of the bar
        difference = np.abs(stored[row.micrograph] - expected)[:-4]
        assert difference.max() <= (12 if suffix == "jpg" else 0)
