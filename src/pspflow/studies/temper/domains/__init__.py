"""Domains: whether real chips tell the domain that they are of."""
