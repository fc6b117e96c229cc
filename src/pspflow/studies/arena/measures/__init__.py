"""Measures: made images against real test chips, beside what real chips reach."""
