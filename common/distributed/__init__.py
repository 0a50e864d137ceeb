"""Several processes that train together; besides the tiers the only place that imports torch."""
