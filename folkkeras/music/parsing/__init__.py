"""Parse the lines of a tune into bars of events, and find their playing order."""
