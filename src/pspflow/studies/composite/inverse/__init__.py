"""Inverse design: structures for a wanted stiffness, inferred and found by annealing."""
