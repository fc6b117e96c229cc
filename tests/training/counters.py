"""Trainables of the tests of the loop: their only weight counts steps."""

import numpy as np
import torch

from pspflow.training.loop import train

SCORES = [3, 1, 2, 4]


class Counter:
    """A trainable whose only weight counts its steps, and whose scores are given."""

    def __init__(self, scores, fail_at=None, steps=3):
        self.count, self.scores, self.fail_at = torch.zeros(()), scores, fail_at
        self.epoch, self.steps = -1, steps

    def state(self):
        """Return the count."""
        return {"count": self.count}

    def load_state(self, state):
        """Load the count."""
        self.count = state["count"]

    def begin_epoch(self, epoch):
        """Store the epoch."""
        self.epoch = epoch
        return self.steps

    def step(self, index):
        """Count."""
        self.count = self.count + 1
        value = np.nan if self.epoch == self.fail_at else float(index)
        return {"loss": torch.tensor(value)}

    def validate(self):
        """Return the epoch's score, as NumPy returns numbers."""
        return {"score": np.float64(self.scores[self.epoch])}

    def weights(self):
        """Return the count."""
        return {"count": self.count}


def run(trainable, folder, epochs, **options):
    """Train with the score of `Counter`."""
    return train(trainable, epochs, folder, "score", **options)


class InPlace(Counter):
    """A trainable that changes its weights in place, as optimisers do."""

    def step(self, index):
        """Count without a new tensor."""
        self.count += 1
        return {"loss": torch.tensor(float(index))}

    def load_state(self, state):
        """Load the count into the tensor that is there."""
        self.count.copy_(state["count"])


def names(folder):
    """Return the names in a folder, hidden ones included."""
    return sorted(path.name for path in folder.iterdir())
