"""Tune collections: find, read, normalise and split them. Independent of Keras."""
