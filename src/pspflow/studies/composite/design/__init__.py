"""Designs of a wanted stiffness, moved to it by the solver, and whether they can be trusted."""
