"""The terminal: Typer commands and Rich progress around the library; no tensors."""
