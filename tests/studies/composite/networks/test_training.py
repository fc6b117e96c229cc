"""What a batch is before its loss: copies in training, as it is in validation."""

import numpy as np
import pytest
import torch

from pspflow.simulate import simulate_composite
from pspflow.studies.composite.networks.training import AutoencoderLoss, NetworkLoss
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.symmetries import EVERY, MIRRORS


@pytest.fixture
def batch():
    """Return two structures of voxels that no symmetry leaves alike, and their six components."""
    rng = np.random.default_rng(0)
    voxels = np.stack([simulate_composite(9, (3, 1, 2), share, rng) for share in (0.4, 0.6)])
    stiffness = 100 * torch.arange(2)[:, None] + torch.arange(1.0, 7.0)
    return torch.from_numpy(voxels), stiffness


def recorded(kind, columns, **more):
    """Return a loss that keeps what it is the loss of."""

    class Recorded(kind):
        def __init__(self):
            super().__init__(None, columns, None, 3, **more)
            self.seen = []

        def losses(self, structures, properties, rng):
            self.seen.append((structures, properties, rng.initial_seed()))
            return torch.zeros(()), {"squares": torch.zeros(())}

        def ranking(self, terms):
            return terms["squares"]

    return Recorded()


@pytest.mark.parametrize("kind", [NetworkLoss, AutoencoderLoss])
@pytest.mark.parametrize("symmetries", [None, EVERY])
def test_validation_is_of_the_structures_as_they_are(batch, kind, symmetries):
    """Without copies, of the wanted components, with the same draws in every epoch."""
    columns = [NORMAL.index("c33_gpa"), NORMAL.index("c21_gpa")]
    loss = recorded(kind, columns, symmetries=symmetries)
    for number in (0, 0, 1):
        loss.validation(batch, number)
        structures, properties, _ = loss.seen[-1]
        assert torch.equal(structures, batch[0][:, None].float())
        assert torch.equal(properties, batch[1][:, columns])
    draws = [draw for _, _, draw in loss.seen]
    assert draws[0] == draws[1] != draws[2]


@pytest.mark.parametrize("symmetries", [MIRRORS, EVERY])
def test_training_is_on_copies_that_change_with_the_epoch(batch, symmetries):
    """Axes are exchanged where the set has it so alone; without copies structures stay."""
    plain = recorded(NetworkLoss, [1])
    plain.training(batch, 0, 0)
    assert torch.equal(plain.seen[0][0], batch[0][:, None].float())
    assert torch.equal(plain.seen[0][1], batch[1][:, [1]])
    loss = recorded(NetworkLoss, [2], symmetries=symmetries)
    places = [(epoch, number) for epoch in range(4) for number in range(3)]
    for place in places:
        loss.training(batch, *place)
    assert len({draw for _, _, draw in loss.seen}) == len(places)
    assert not all(torch.equal(each, batch[0][:, None].float()) for each, _, _ in loss.seen)
    found = {tuple(properties.ravel().tolist()) for _, properties, _ in loss.seen}
    c33 = tuple(batch[1][:, 2].tolist())
    assert (found == {c33}) == (symmetries == MIRRORS)
    assert found <= {tuple(batch[1][:, column].tolist()) for column in range(3)}
