"""A printed tunebook: tunes as one PDF, with a title page, indexes and incipits."""
