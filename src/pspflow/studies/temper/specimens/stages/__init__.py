"""Stages of single specimens."""
