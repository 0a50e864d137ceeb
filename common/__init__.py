"""What the train scripts of the three tiers share. Nothing here knows a tier or loads torch."""
