"""Copies are found, and new chips are not called copies."""

import numpy as np

from pspflow.studies.temper.transfer.judged.copies import copies, copies_finding

EDGE, CHIPS = 32, 200


def chips(seed):
    """Draw smooth chips."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (CHIPS, 4, 4)).astype(np.uint8)
    return np.kron(coarse, np.ones((8, 8), np.uint8))


TRAINING = {"raw": chips(0), "aged": chips(1)}
REAL = {"raw": chips(2), "aged": chips(3)}


def noisy(images):
    """Add what an eye would not see."""
    noise = np.random.default_rng(9).integers(-3, 4, images.shape)
    return (images.astype(int) + noise).clip(0, 255).astype(np.uint8)


def test_copies_are_counted():
    """All of them with some noise or mirrored, about 2.5 % of new ones."""
    made = {
        "copy/seed0": lambda a, b: noisy(TRAINING[b]),
        "mirrored/seed0": lambda a, b: TRAINING[b][:, :, ::-1],
        "new/seed0": lambda a, b: chips(7),
    }
    table = copies(TRAINING, REAL, made).set_index(["flow", "source", "target"])
    assert set(table.index) == {
        (f, a, b) for f in made for a, b in (("raw", "aged"), ("aged", "raw"))
    }
    shares = table["nearer_share"].groupby("flow").mean()
    assert shares["copy/seed0"] > 0.99
    assert shares["mirrored/seed0"] == 1
    assert shares["new/seed0"] < 0.08
    assert table["chips"].eq(CHIPS).all()
    said = copies_finding(table.reset_index())
    assert said.index("100.0 % (mirrored)") < said.index("% (new)")
