"""Stages of the chapter datasets."""
