"""Stages of inverse design."""
