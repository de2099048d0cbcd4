"""Evaluate a model: its bits per character, and whether its tunes are complete, new and in style."""
