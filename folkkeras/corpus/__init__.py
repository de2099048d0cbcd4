"""Tune books: found, read, brought into the normal form and split. Knows nothing of Keras."""
