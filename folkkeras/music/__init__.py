"""Tunes as music: their notes, checks for completeness, sound and scores. Independent of Keras."""
