"""What the report says of domains: every accuracy, the least first."""

import numpy as np
import pandas as pd

from pspflow.studies.temper.domains.classification import COLUMNS
from pspflow.studies.temper.domains.options import DomainOptions
from pspflow.studies.temper.domains.section import domains_section

ROWS = [
    ("images", "chips", 30, 300, 0.77, 0.7, 0.8, ""),
    ("images", "micrographs", 30, 30, 0.85, np.nan, np.nan, ""),
    ("grey", "chips", 30, 300, 0.5, 0.4, 0.6, ""),
]


def test_findings_have_chips_and_micrographs():
    """With limits where there are any."""
    accuracy = pd.DataFrame(ROWS, columns=list(COLUMNS))
    confusions = pd.DataFrame({"features": ["images"], "domain": ["raw"], "as raw": [1.0]})
    made = domains_section(accuracy, confusions, DomainOptions(folds=7))
    assert made.findings[0].startswith("50 % (40 to 60 %) of the chips: the domain is told from g")
    assert made.findings[1].startswith("77 % (70 to 80 %) of the chips and 85 % of the micrographs")
    assert "over 7 groups" in made.parts[0].text
    assert len(made.parts[0].tables) == 2


def test_what_was_not_measured_is_in_no_finding():
    """The table has the note."""
    rows = [("images", "chips", 3, 30, np.nan, np.nan, np.nan, "too few")]
    made = domains_section(
        pd.DataFrame(rows, columns=list(COLUMNS)), pd.DataFrame(), DomainOptions()
    )
    assert made.findings == ()
    assert "too few" in made.parts[0].tables[0].cells[0]
