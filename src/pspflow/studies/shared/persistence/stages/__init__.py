"""Stages from chips to persistence images."""
