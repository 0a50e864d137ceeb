def take_apart(training, tier):
    return None
