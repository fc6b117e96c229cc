"""Designs of wanted stiffness: refined by the solver, certified, and compared with retrieval."""
