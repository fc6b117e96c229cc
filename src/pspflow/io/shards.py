"""Shares of work that is divided among jobs."""

from pspflow.errors import InputError


def share(count: int, shard: str) -> slice:
    """Take one share of a count of things, `2-of-8` for example.

    Shares are consecutive and almost equal; joined in order they are all of it.

    Raises
    ------
    InputError
        If the shard is written in another way.
    """
    number, of, total = shard.partition("-of-")
    if not (of and number.isdecimal() and total.isdecimal() and 1 <= int(number) <= int(total)):
        raise InputError(f"The shard is {shard!r}; write it as 2-of-8.")
    return slice(count * (int(number) - 1) // int(total), count * int(number) // int(total))
