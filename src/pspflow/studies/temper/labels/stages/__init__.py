"""Stages of label classification."""
