"""Stages from a sheet of micrographs to chips."""
