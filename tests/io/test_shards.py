"""Shares of work: every job gets its part, and all of them the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.errors import InputError
from pspflow.io.shards import share


@given(st.integers(0, 200), st.integers(1, 40))
def test_shares_cover_everything_once_and_in_order(count, total):
    """Joined in order, the shares are all of it, and none is more than one larger."""
    things = list(range(count))
    shares = [things[share(count, f"{i}-of-{total}")] for i in range(1, total + 1)]
    assert [thing for part in shares for thing in part] == things
    sizes = [len(part) for part in shares]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("shard", ["3", "0-of-2", "3-of-2"])
def test_a_share_that_is_none_is_refused(shard):
    """A mistyped share is an error, not an empty result."""
    with pytest.raises(InputError, match="2-of-8"):
        share(1, shard)
