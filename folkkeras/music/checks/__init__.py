"""Whether a tune is well formed: its bars, its endings, its parts, its key."""
