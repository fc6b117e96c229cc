"""Stages of the chapter chips."""
