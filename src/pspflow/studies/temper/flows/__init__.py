"""Flows: invertible networks between the domains, with and without topological regularisation."""
