"""Ferrite fraction and mean free path of chips."""
