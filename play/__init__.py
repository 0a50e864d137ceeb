"""The page in the browser: python -m play. It calls the tiers, and computes nothing of its own."""
