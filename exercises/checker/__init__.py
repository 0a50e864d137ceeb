"""Judges answers. It knows no exercise by its number."""
