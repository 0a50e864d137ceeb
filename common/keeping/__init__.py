"""How a training is started, followed and kept: nothing here changes a number that it computes."""
