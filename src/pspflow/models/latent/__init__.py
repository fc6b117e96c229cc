"""Models of the latent study: the printed autoencoders, and adversarial networks."""
