"""Stages of simulated micrographs."""
