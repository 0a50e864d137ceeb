"""The one loader of all tiers; downloaded files lie beside it, ignored by git."""
