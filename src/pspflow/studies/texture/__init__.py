"""Texture study: active learning of plastic anisotropy from texture, forward and inverse."""

CHAPTERS = ("textures", "plasticity", "loop", "evaluation", "design")
