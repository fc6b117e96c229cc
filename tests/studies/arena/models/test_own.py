"""A user's model: what it may be, and what is refused in one sentence."""

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.studies.arena.models.own import own_entrant

CONDITION = {"domain": "rate_3", "cooling_rate_c_s": 3.0}
GOOD = """
import numpy as np

def images(count, condition, seed):
    rng = np.random.default_rng(seed)
    level = int(10 * condition["cooling_rate_c_s"])
    return rng.integers(level, level + 5, (count, 8, 8)).astype(np.uint8)
"""


@pytest.fixture
def model(tmp_path):
    """Return a function that writes a model's file, and loads it for images of 8 pixels."""

    def load(text):
        path = tmp_path / "mine.py"
        path.write_text(text)
        return own_entrant(path, 8)

    return load


def test_a_model_gets_count_condition_and_seed(model):
    """The function is all that is needed; a condition is looked up by its column."""
    images = model(GOOD).images
    made = images(6, CONDITION, 3)
    assert made.shape == (6, 8, 8)
    assert made.dtype == np.uint8
    assert made.min() >= 30
    np.testing.assert_array_equal(made, images(6, CONDITION, 3))
    assert not np.array_equal(made, images(6, CONDITION, 4))


def test_a_model_may_lie_beside_its_own_files(tmp_path, model):
    """Paths from __file__ lead to the folder of the model."""
    np.save(tmp_path / "weights.npy", np.full((8, 8), 7, np.uint8))
    text = """
from pathlib import Path
import numpy as np

def images(count, condition, seed):
    return np.stack([np.load(Path(__file__).parent / "weights.npy")] * count)
"""
    assert (model(text).images(3, CONDITION, 0) == 7).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nothing_of_this_name", "cannot be imported: ModuleNotFoundError"),
        ("def image(count): ...", "has no function images"),
        (GOOD.replace("cooling_rate_c_s", "rate"), "failed: KeyError: 'rate'"),
        (GOOD.replace("uint8", "float32"), "return (2, 8, 8) uint8"),
        (GOOD.replace("(count, 8, 8)", "(count, 8, 9)"), "returned an array (2, 8, 9)"),
        (GOOD.replace("default_rng(seed)", "default_rng()"), "called again with the same seed"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(model, text, said):
    """Of the file, the call, the array and the seed."""
    with pytest.raises(InputError, match=r"mine\.py") as error:
        model(text).images(6, CONDITION, 0)
    assert said in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    """With the key of the configuration."""
    with pytest.raises(InputError, match=r"none\.py.*arena\.models\.own"):
        own_entrant(tmp_path / "none.py", 8)
