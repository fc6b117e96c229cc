"""Conditional GAN: chips made of a temper and a label, the baseline of the temper paper."""
