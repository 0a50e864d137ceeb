"""What the tiers cost, beside their floors and beside what people would use instead.

    python benchmarks/speed.py             samples per second
    python benchmarks/cores.py             several runs at once, and a busy neighbour
    python benchmarks/parts.py             what the parts of tier 1's step take
    python benchmarks/scaling.py           a step in one process and in two

The tiers' own `train_steps` are measured. The loops written here are variants on purpose.
"""
