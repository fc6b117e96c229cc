"""Autoencoders and adversarial networks, trained on a dataset each."""
