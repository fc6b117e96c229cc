"""Specimens: whether a transferred specimen has the structure that it has in the target."""
