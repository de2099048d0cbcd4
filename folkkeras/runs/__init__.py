"""A training's folder: what was asked, measured and saved."""
