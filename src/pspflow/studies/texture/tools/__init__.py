"""Commands for textures: analyse, sample, predict the anisotropy of, and design them."""
