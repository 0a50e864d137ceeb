"""The command line, and several jobs at a time."""
