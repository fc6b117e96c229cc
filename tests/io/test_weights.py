"""Files of weights: the same ones are the same bytes, and those that are cut short are named."""

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


def test_the_same_weights_are_the_same_bytes(tmp_path, provenance):
    """Metadata come in another order for each file from safetensors; here they do not."""
    tensors = {"b": torch.arange(7.0), "a": torch.ones(2, 3, dtype=torch.float64)}
    written = set()
    for number in range(8):
        path = tmp_path / f"{number}.safetensors"
        save_weights(path, tensors, {"unit": "µm", "words": 'a "b" \\ c\n'}, provenance)
        written.add(path.read_bytes())
    assert len(written) == 1
    read, model = load_weights(path)
    assert all(torch.equal(read[name], each) for name, each in tensors.items())
    assert model == {"unit": "µm", "words": 'a "b" \\ c\n'}
