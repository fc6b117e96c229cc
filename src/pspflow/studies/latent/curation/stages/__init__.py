"""Stages of the chapter curation."""
