"""Two-phase structures: simulated or from a stack, solved for stiffness and strain, and split."""
