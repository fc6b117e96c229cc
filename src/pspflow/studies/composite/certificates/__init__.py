"""Certificates: what is known of a structure beyond its stiffness on one grid."""
