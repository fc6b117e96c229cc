"""Likelihoods, round trips, posteriors and their calibration; what active learning saves."""
