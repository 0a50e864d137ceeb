"""A run that is kept on disk; it never changes a number."""
