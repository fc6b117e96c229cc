"""Code in the how-to page on predicting and designing textures runs, with models of a small run."""

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[4] / "docs/how-to/texture_design.md"


def test_the_page_on_designing_textures(tmp_path, monkeypatch, small_study):
    """From a wish to orientations and predictions, arrays in and arrays out."""
    (tmp_path / "results/RUN").mkdir(parents=True)
    (tmp_path / "results/RUN/texture").symlink_to(small_study)
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    small = code.replace("candidates=64, designs=3", "candidates=8, designs=1")
    assert small != code
    names: dict[str, object] = {}
    exec(small, names)
    assert names["best"].coefficients.shape == (36,)
    assert names["best"].grains.orientations.shape[1] == 3
    assert names["predicted"].deviations.shape == (1, 54)
    np.testing.assert_allclose(names["predicted"].parameters[0], names["best"].predicted)
