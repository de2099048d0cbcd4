"""ABC notation as text: tunes and their fields, keys, and the normal form. Contains nothing about sound or models."""
