"""What the tests of reading files share."""

import re

import pytest

from pspflow.errors import InputError
from pspflow.io.micrographs import read_micrograph


@pytest.fixture
def refusal():
    """Return a function that reads a file and returns the sentence that refuses it."""

    def refuse(path, read=read_micrograph):
        with pytest.raises(InputError) as caught:
            read(path)
        sentence = str(caught.value)
        assert sentence.startswith(f"{path}: ")
        assert re.fullmatch(r"[^\n]+[;,] [^\n]+\.", sentence)
        return sentence.removeprefix(f"{path}: ")

    return refuse
