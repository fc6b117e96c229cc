"""Simulated micrographs of low-carbon steel at four cooling rates."""
