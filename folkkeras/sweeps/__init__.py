"""Sweeps: trainings of one corpus with different options, one after another, compared in one table."""
