"""Micrographs and chips: the sheet is checked, images are split, rescaled and cut."""
