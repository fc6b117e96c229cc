"""Stiffness predicted from structures, by networks and by baselines."""
