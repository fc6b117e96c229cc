"""Measures, statistics and regressions that studies share."""
