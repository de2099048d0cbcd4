"""From a model to text and tunes."""
