"""Options of forward prediction refuse networks that cannot predict."""

import pytest

from pspflow.errors import InputError
from pspflow.options import validated
from pspflow.studies.composite.forward.options import ForwardOptions


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        ({"c11": ["cnn", "vae"]}, "c11 lists vae, which predicts nothing; remove it"),
        ({"normal": ["cnn", "cnn"]}, "normal lists a network twice; remove one"),
        ({"c11": []}, "is []"),
        ({"c11": ["cnn", "transformer"]}, "transformer"),
    ],
)
def test_unfit_networks_are_refused(models, sentence):
    """The sentence names the key, the network and the remedy."""
    with pytest.raises(InputError) as raised:
        validated(ForwardOptions, {"models": models}, "composite.forward")
    assert sentence in str(raised.value)
    assert "'composite.forward.models" in str(raised.value)
