"""Stages of the structures."""
