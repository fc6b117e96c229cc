"""VQ-VAE: codes of chips, and chips from codes."""
