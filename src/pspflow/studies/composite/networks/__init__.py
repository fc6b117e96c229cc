"""Autoencoders with and without regression, and regression alone: training and latents."""
