"""Commands for people: analyse and sample measured textures, predict and design."""
