"""Render tunes as sound, scores, MIDI, MusicXML and web pages."""
