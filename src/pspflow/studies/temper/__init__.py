"""Temper study: persistence images and normalizing flows of heat-treated microstructures."""
