"""Files of weights that are cut short are named as such."""

import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.weights import load_tensors, load_weights, save_weights


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("load", [load_weights, load_tensors])
def test_a_file_that_is_cut_short(tmp_path, provenance, share, load):
    """The sentence says what its header promises and what there is; the whole file is read."""
    path = tmp_path / "weights.safetensors"
    save_weights(path, {"a": torch.ones(1000), "b": torch.zeros(3)}, {"edge": 9}, provenance)
    whole = path.read_bytes()
    assert load(path)
    kept = int(share * len(whole))
    path.write_bytes(whole[:kept])
    with pytest.raises(InputError, match=rf"weights\.safetensors: .* bytes, and it has {kept};"):
        load(path)
