"""Stages of simulated specimens."""
