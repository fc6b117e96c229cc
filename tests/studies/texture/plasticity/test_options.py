"""Options of the ground truth."""

import pytest
from pydantic import ValidationError

from pspflow.studies.texture.plasticity.options import PlasticityOptions, TaylorOptions


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"source": "table"}, r"set table\.folder to a folder of yours"),
        ({"source": "python"}, "set python to MODULE:CLASS"),
        ({"source": "python", "python": "no class"}, "should match pattern"),
        (
            {"taylor": {"rate_sensitivity": 0.03}},
            r"not 1 divided .*give 0\.02941176 or 0\.03030303",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(values, message):
    """Each says what to do."""
    with pytest.raises(ValidationError, match=message):
        PlasticityOptions(**values)


def test_what_decides_the_parameters():
    """Neither shares nor the sources that are not used: changing them reruns nothing."""
    table = PlasticityOptions(source="table", table={"folder": "f"}, python="a:B", shards=7)
    assert table.truth == PlasticityOptions(source="table", table={"folder": "f"})
    other = PlasticityOptions(taylor={"slip": "bcc"}, shards=3)
    assert other.truth.taylor.slip == "bcc"
    assert other.truth != PlasticityOptions().truth


@pytest.mark.parametrize("exponent", [4, 7, 13, 20, 100])
def test_whole_exponents_are_taken(exponent):
    """Written with seven digits too, as the message proposes them."""
    assert TaylorOptions(rate_sensitivity=float(f"{1 / exponent:.7g}"))
