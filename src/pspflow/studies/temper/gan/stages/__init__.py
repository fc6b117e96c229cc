"""Stages of the conditional GAN."""
