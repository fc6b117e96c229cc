"""Stages of design."""
