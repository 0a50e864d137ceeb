"""Images and points as NumPy arrays, and their downloads; imports nothing from the layers above."""
