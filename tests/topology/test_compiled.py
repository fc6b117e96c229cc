"""Where the kernel's machine code is kept."""

import json
import os
import subprocess
import sys

import pytest

NORMAL = """
import json, numpy as np
from pspflow.topology import normal
found = normal.normal_cdf(np.linspace(-3, 3, 50)).tolist()
print(json.dumps([found, sum(normal._interpolate.stats.cache_hits.values())]))
"""


def start(code, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def result(process):
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return json.loads(output)


def test_processes_that_start_together_share_a_cache(tmp_path):
    """Two shards on a fresh machine compile at once; both and the next one get the same numbers.

    The smallest kernel stands for all: they are kept in the same way.
    """
    cache = {"NUMBA_CACHE_DIR": str(tmp_path)}
    together = [start(NORMAL, **cache) for _ in range(2)]
    (first, _), (second, _) = map(result, together)
    third, hits = result(start(NORMAL, **cache))
    assert first == second == third
    assert hits == 1


def test_nowhere_to_keep_machine_code():
    """Without a folder that can be written, code is compiled again and causes no error."""
    # the only place allowed is one that pspflow is not in
    process = start(NORMAL, NUMBA_CACHE_LOCATOR_CLASSES="ZipCacheLocator")
    found, hits = result(process)
    assert found[0] == pytest.approx(0.00134989803163)
    assert hits == 0
