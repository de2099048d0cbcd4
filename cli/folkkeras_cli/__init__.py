"""The command-line program: Typer commands and Rich progress around the library; no tensors."""
