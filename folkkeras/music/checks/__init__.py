"""Check that a tune is well formed: its bars, endings, structure and key."""
