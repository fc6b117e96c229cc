"""Files that every loop leaves in its folder; light, since rules import it."""

from typing import Final

FILES: Final = {
    "history": "history.parquet",
    "seconds": "seconds.parquet",
    "observed": "observed.parquet",
    "trips": "trips.zarr",
    "process": "gp.safetensors",
    "flow": "flow.safetensors",
}
"""By what they hold: iterations, how long they took, observations, drawn textures, both models."""
