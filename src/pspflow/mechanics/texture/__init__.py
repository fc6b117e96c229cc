"""Textures of cubic crystals in orthorhombic specimens: arrays in, arrays out."""
