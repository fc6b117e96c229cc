"""Chips for given conditions, compared with real ones."""
