"""How good a model is: bits per character, whole, new and in style."""
