"""Simulated microstructures: Gaussian fields and Potts models."""
