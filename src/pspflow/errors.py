"""Errors that a user can correct: they end a command with sentences, not with a traceback."""

from collections.abc import Sequence

MOST_SHOWN = 10


class InputError(ValueError):
    """Bad input; the message names the file, row or key, and the remedy."""


def raise_problems(problems: Sequence[str]) -> None:
    """Raise one `InputError` for all problems found, one sentence per line.

    Parameters
    ----------
    problems
        Sentences; nothing happens when there are none.

    Raises
    ------
    InputError
        If there is at least one problem; beyond ten, the rest are counted.
    """
    if not problems:
        return
    lines = list(problems[:MOST_SHOWN])
    if len(problems) > MOST_SHOWN:
        lines.append(f"… and {len(problems) - MOST_SHOWN} more problems of this kind.")
    raise InputError("\n".join(lines))
