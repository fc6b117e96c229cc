"""Forward and inverse models between textures and anisotropy parameters (texture paper)."""
