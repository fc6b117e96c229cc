"""What a file of weights says of its model, read without torch and without the weights."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from pspflow.errors import InputError
from pspflow.io.digests import check, check_field, damaged


def model_arguments(path: Path) -> dict[str, Any]:
    """Read the arguments of a model that `io.weights.save_weights` wrote.

    Raises
    ------
    InputError
        If the file is none of these, or is damaged.
    """
    sealed = check(path)
    try:
        with safe_open(path, framework="numpy") as file:
            fields = file.metadata() or {}
    except SafetensorError:
        fields = {}
    check_field(path, fields, sealed)
    model = fields.get("model")
    if model is None:
        raise InputError(
            f"{path}: this is no file of weights that pspflow trained; name its "
            "weights.safetensors."
        )
    try:
        return dict(json.loads(model))
    except (ValueError, TypeError) as error:
        raise damaged(path, error) from error
