"""What the three tiers share. It knows no tier, and only `mathematics/tensors.py` loads torch.

mathematics/  what is computed: options, initial weights, minibatches, schedules, targets
keeping/      what is kept of it: the recorder, run folders, checkpoints, the command line
"""
