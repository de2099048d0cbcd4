"""What a tune is as music: its notes, whether it is whole, its sound and its score. Knows nothing of Keras."""
