"""The model, its weights, its file format and its likelihood."""
