"""Chapter `design`: structures of wanted properties, refined by the solver and certified."""
