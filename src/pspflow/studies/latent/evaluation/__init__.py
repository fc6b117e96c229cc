"""Reconstructions and samples, and how far they are from real microstructures."""
