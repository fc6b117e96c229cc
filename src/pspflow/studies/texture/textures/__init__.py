"""Candidate textures that fill the hull of single crystals, test and validation textures."""
