"""Measures and statistics of generated structures that studies share."""
