"""The conditional GAN: sizes, where conditions enter, and standardised chips."""

import pytest
import torch

from pspflow.models.conditional_gan import ConditionalDiscriminator, ConditionalGenerator

CONDITIONS = 5


@pytest.mark.parametrize("size", [16, 20, 32, 36, 64, 128, 250])
def test_chips_have_the_size_that_is_asked_for(size):
    """Also one that cannot be halved often."""
    net = ConditionalGenerator(size, CONDITIONS, width=2, noise=3)
    made = net(torch.randn(4, 3), torch.zeros(4, CONDITIONS))
    assert made.shape == (4, 1, size, size)
    assert made.abs().max() <= 1


def test_odd_chips_are_refused():
    """They have no coarser grid."""
    with pytest.raises(ValueError, match="17 px cannot be halved"):
        ConditionalGenerator(17, CONDITIONS)


def test_conditions_reach_chips_and_scores():
    """Each of them changes what is made of the same noise, and how the same chip is judged."""
    torch.manual_seed(0)
    net = ConditionalGenerator(16, CONDITIONS, width=2, noise=3).eval()
    critic = ConditionalDiscriminator((2, 2), CONDITIONS, torch.zeros(3), torch.ones(3))
    noise, chips = torch.randn(1, 3), torch.rand(1, 1, 16, 16)
    plain = torch.zeros(1, CONDITIONS)
    for k in range(CONDITIONS):
        other = plain.clone()
        other[:, k] = 1
        assert not torch.allclose(net(noise, plain), net(noise, other))
        # a map of one value changes the bias alone, so that the first layer must have no mean
        assert not torch.allclose(critic(chips, plain + 1), critic(chips, plain + 1 + other))


def test_chips_are_standardised_by_their_domain():
    """By the mean and deviation of the domain whose condition is 1."""
    torch.manual_seed(0)
    means, deviations = torch.tensor([0.2, -0.5]), torch.tensor([0.1, 2.0])
    critic = ConditionalDiscriminator((2, 2), 4, means, deviations)
    plain = ConditionalDiscriminator((2, 2), 4, torch.zeros(2), torch.ones(2))
    plain.net.load_state_dict(critic.net.state_dict())
    chips = torch.rand(2, 1, 16, 16)
    given = torch.tensor([[1.0, 0, 0.3, 1], [0, 1.0, -0.3, 1]])
    by_hand = (chips - means[:, None, None, None]) / deviations[:, None, None, None]
    torch.testing.assert_close(critic(chips, given), plain(by_hand, given))
