"""What the three tiers share. It knows no tier.

The root holds the shared part of the lesson, with no file and no terminal: options, initial
weights, schedules, minibatches, examples, the training that a loop sees. Above it are three rooms:

runs/         a run that is kept on disk; it never changes a number
distributed/  several processes; besides the tiers the only place that imports torch
cli/          the command line, and several jobs at a time
"""
