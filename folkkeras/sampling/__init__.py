"""Generate text and tunes with a model."""
