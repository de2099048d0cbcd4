"""Runs: their folders with options, metrics and saved models."""
