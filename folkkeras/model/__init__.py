"""The model, its weights, its file, and how well it predicts."""
