"""From the lines of a tune to bars of events, in the order in which they are played."""
