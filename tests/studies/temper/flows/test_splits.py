"""Which chips train the flow of a domain, where specimens are paired and where they are not."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.studies.temper.flows.splits import chips_that_train

DOMAINS = ("raw", "aged")


def chips(specimens, *, split="train", domains=DOMAINS):
    """Make three chips of every specimen in every domain."""
    rows = [(name, domain, split) for name in specimens for domain in domains for _ in range(3)]
    return pd.DataFrame(rows, columns=["specimen", "domain", "split"])


def of(rows, domain, *, paired):
    """Return the specimens that train a domain, after a look at their chips."""
    found = rows.iloc[chips_that_train(rows, domain, paired=paired)]
    assert (found["domain"] == domain).all()
    assert (found["split"] == "train").all()
    assert (found.groupby("specimen").size() == 3).all()
    return list(found["specimen"].unique())


def test_paired_specimens_train_every_domain():
    """With all of their chips, and no chip of another split."""
    rows = pd.concat([chips("abc"), chips("d", split="test")], ignore_index=True)
    for domain in DOMAINS:
        assert of(rows, domain, paired=True) == ["a", "b", "c"]


def test_a_specimen_trains_one_domain_where_they_are_not_paired():
    """They are dealt in turn, and those with one image keep it; positions are in their order."""
    rows = pd.concat([chips("abcd"), chips("e", domains=("raw",))], ignore_index=True)
    assert of(rows, "raw", paired=False) == ["a", "c", "e"]
    assert of(rows, "aged", paired=False) == ["b", "d"]
    assert (np.diff(chips_that_train(rows, "raw", paired=False)) > 0).all()


def test_a_domain_without_a_specimen_is_refused():
    """The sentence names the domain and the option."""
    with pytest.raises(InputError, match=r"'aged' .*temper.flows.paired: false"):
        chips_that_train(chips("a"), "aged", paired=False)
