"""Models in formats that other programs run, without folkkeras."""
