"""What a training stage imports."""

import subprocess
import sys

import pytest

from pspflow.studies import registry

UNUSED = {"torch._dynamo", "matplotlib", "sklearn", "skimage", "numba", "joblib", "tifffile", "PIL"}
TRAININGS = [
    command.place.partition(":")[0]
    for study in registry.studies()
    for chapter in registry.chapters(study)
    for command in registry.stages(study, chapter)
    if command.name == "train"
]


@pytest.mark.parametrize("module", TRAININGS)
def test_a_training_imports_nothing_that_it_does_not_use(module):
    """A workflow starts a process for every training: other libraries would double its start-up."""
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not UNUSED & set(run.stdout.split())
