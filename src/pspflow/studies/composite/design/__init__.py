"""Designs: structures for a wanted stiffness that the solver corrects, and what they are worth."""
