"""Options of the study: what its chapters must agree on, and what each of them refuses."""

import pytest

from pspflow.config import load_config
from pspflow.errors import InputError

ONE_DOMAIN = [{"name": "t5"}]


def configured(size_px, flows=(), gan=(), **images):
    """Load a configuration as a user's file gives it."""
    images = {"chips": {"size_px": size_px}, **images}
    given = {"images": images, "flows": dict(flows), "gan": dict(gan)}
    return load_config({"temper": given}).temper


@pytest.mark.parametrize(
    ("size_px", "discriminator", "words"),
    [
        (30, [4, 4], r"images\.chips\.size_px is 30; .* multiple of 4\."),
        (
            8,
            [4, 4, 4],
            r"images\.chips\.size_px is 8, but discriminators of 3 layers need 12; .*\.",
        ),
        (
            20,
            [4] * 4,
            r"images\.chips\.size_px is 20, .* 4 layers need 24; .* flows\.discriminator\.",
        ),
    ],
)
def test_chips_too_small_for_flows_are_refused(size_px, discriminator, words):
    """A sentence names the key and the remedy before anything runs; one domain needs no flow."""
    flows = {"discriminator": discriminator}
    with pytest.raises(InputError, match=rf"Configuration key 'temper': {words}$") as caught:
        configured(size_px, flows)
    assert "\n" not in str(caught.value)
    alone = configured(size_px, flows, domains=ONE_DOMAIN)
    assert alone.images.chips.size_px == size_px
    assert not alone.transferable


@pytest.mark.parametrize(("size_px", "discriminator"), [(8, [4, 4]), (12, [4] * 3), (24, [4] * 4)])
def test_chips_of_the_least_size_are_accepted(size_px, discriminator):
    """The limit itself is accepted."""
    both = [{"discriminator": discriminator}] * 2
    assert configured(size_px, *both).transferable


def test_the_gan_has_a_discriminator_of_its_own():
    """Its key is named; a GAN that is left out refuses nothing."""
    flows = {"discriminator": [4, 4]}
    words = r"size_px is 8, .* 3 layers need 12; .* shorten gan\.discriminator\."
    with pytest.raises(InputError, match=words):
        configured(8, flows)
    assert configured(8, flows, {"seeds": 0}).transferable


def test_one_regularisation_is_not_named_twice():
    """It would be trained twice into the same files; the sentence says which key and what to do."""
    with pytest.raises(
        InputError, match=r"'temper\.flows\.regularisations'.*exact.* twice; remove one\.$"
    ):
        configured(32, {"regularisations": ["exact", "none", "exact"]})
    with pytest.raises(InputError, match=r"temper\.flows\.regularisations\.1' is 'exakt'"):
        configured(32, {"regularisations": ["none", "exakt"]})
