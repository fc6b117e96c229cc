"""What the paper's loop does and reports, beside our own: facts alone, with their places."""

from typing import Any, Final

STOP: Final = 1_076
"""Section 4.1: observations at which its active arm stopped."""
SETTINGS: Final[dict[str, Any]] = {
    "first": 5,
    "flow_every": 1,
    "window": 5,
    "tolerance": 0.001,
    "flow.blocks": 20,
    "flow.width": 128,
    "flow.epochs": 70,
    "flow.batch_size": 200,
    "flow.learning_rate": 0.01,
    "flow.final_rate": 0.01,
}
"""Sections 3 and 4.1, and appendix A, by our options."""
DRAWS: Final = 100
"""Section 3: synthetic observations of each candidate."""
GP_MINUTES, FLOW_MINUTES = "1 to 2", "10 to 12"
"""Appendices A.1 and A.2: time of one iteration, on 16 cores and four GPUs."""
