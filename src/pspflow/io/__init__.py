"""The only part of the package that touches files."""
