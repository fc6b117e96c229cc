"""Inverse design: structures for a wanted stiffness, inferred, drawn and ranked, and annealed."""
