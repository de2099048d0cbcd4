"""Evaluate a model: its bits per character, and the completeness, novelty, form and style of its tunes."""
