"""A tune as sound, score, MIDI, MusicXML and web page."""
