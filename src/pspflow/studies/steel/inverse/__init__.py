"""Chips for wanted morphology, and cooling rates of measured morphology."""
