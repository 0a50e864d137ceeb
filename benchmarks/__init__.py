"""What the tiers cost, beside their floors and beside what people would use instead.

    python benchmarks/speed.py             samples per second
    python benchmarks/cores.py             several runs at once, and a busy neighbour
    python benchmarks/parts.py             what the parts of tier 1's step take
    python benchmarks/time_to_accuracy.py  seconds to 98 % of the test set
    python benchmarks/start_up.py          seconds to the first step, and peak memory
    python benchmarks/overhead.py          what recording, progress and checkpoints cost

A recorder watches the tiers' own `train`. The loops written here are variants on purpose.
"""
