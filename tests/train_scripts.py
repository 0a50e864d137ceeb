"""The train scripts by the name of their tier."""

import train_lowlevel
import train_numpy
import train_paper

TRAIN_SCRIPTS = {"numpy": train_numpy, "lowlevel": train_lowlevel, "paper": train_paper}
