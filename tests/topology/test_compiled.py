"""Where the kernel's machine code is kept."""

import json
import os
import subprocess
import sys

IMAGES = """
import json, numpy as np
from pspflow.topology import persistence_images
from pspflow.topology.kernel import image_stack
images = np.random.default_rng(0).integers(0, 256, (4, 20, 20), dtype=np.uint8)
drawn = persistence_images(images)
print(json.dumps([drawn.sum(), sum(image_stack.stats.cache_hits.values())]))
"""
NORMAL = """
import numpy as np
from pspflow.topology.normal import normal_cdf
print(normal_cdf(np.zeros(1)).tolist())
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
    """Two shards on a fresh machine compile at once; both and the next one get the same images."""
    cache = {"NUMBA_CACHE_DIR": str(tmp_path)}
    together = [start(IMAGES, **cache) for _ in range(2)]
    (first, _), (second, _) = map(result, together)
    third, hits = result(start(IMAGES, **cache))
    assert first == second == third
    assert hits == 1


def test_nowhere_to_keep_machine_code():
    """Without a folder that can be written, code is compiled again and causes no error."""
    # the only place allowed is one that pspflow is not in
    process = start(NORMAL, NUMBA_CACHE_LOCATOR_CLASSES="ZipCacheLocator")
    assert result(process) == [0.5]
