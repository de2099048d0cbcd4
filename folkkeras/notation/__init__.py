"""ABC notation as text: tunes and their fields, keys, the normal form. Knows no sound and no numbers."""
