"""Exercises for readers of the three tiers, and the checker that says what is wrong."""
