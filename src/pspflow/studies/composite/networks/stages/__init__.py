"""Stages of the networks."""
