"""Stages of the classification of domains."""
