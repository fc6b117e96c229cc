"""Strains of single voxels predicted from structures, by networks and by linear models."""
