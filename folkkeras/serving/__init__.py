"""Serve the page on which one writes a tune with a model."""
