"""Work on a tune with a model: rewrite some of its bars, vary it, and choose among candidates."""
