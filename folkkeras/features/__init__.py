"""Features of a text, which tell a network where in the tune it stands and what stood at the same place before."""
