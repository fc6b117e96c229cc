"""Anisotropy parameters of textures: crystal plasticity, a user's code or a laboratory."""
