"""What a training computes, as far as it is the same in every tier."""
