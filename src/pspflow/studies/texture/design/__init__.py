"""Textures for wanted anisotropy, checked by the plasticity model."""
