"""Code in the how-to pages runs as it stands."""

import re
from pathlib import Path

import numpy as np

PAGES = Path(__file__).parents[1] / "docs/how-to"
ANG = """# Phase 1
# MaterialName Aluminium
# Symmetry 43
# GRID: SqrGrid
# XSTEP: 1.0
# YSTEP: 1.0
# NCOLS_ODD: 6
# NCOLS_EVEN: 6
# NROWS: 5
"""


def test_the_page_on_textures(tmp_path, monkeypatch):
    """From a map to its analysis, a sample and figures; and the parts of all that."""
    rng = np.random.default_rng(0)
    angles = rng.uniform(0, 1, (30, 3)) * (2 * np.pi, np.pi, 2 * np.pi)
    lines = [
        f"{a:.5f} {b:.5f} {c:.5f} {k % 6:.3f} {k // 6:.3f} 100.0 0.900 1 1 1.0"
        for k, (a, b, c) in enumerate(angles)
    ]
    (tmp_path / "map.ang").write_text(ANG + "\n".join(lines) + "\n")
    monkeypatch.chdir(tmp_path)
    page = (PAGES / "textures.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    np.testing.assert_allclose(names["angles"], angles, atol=1e-4)
    assert names["found"].coefficients.shape == (36,)
    assert names["found"].as_given.tension.r_value.shape == (19,)
    assert all((tmp_path / name).exists() for name in ("sample.txt", "poles.png", "odf.png"))
    assert names["coefficients"](*names["symmetric"]).shape == (36,)
    assert names["anisotropy_parameters"](*names["symmetric"]).shape == (54,)
    assert len(names["PARAMETER_NAMES"]) == 54
