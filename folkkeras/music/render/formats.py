"""The kinds of files that a tune can be rendered as."""

SOUNDS = ("wav", "flac", "ogg", "mp3")
SCORES = ("svg", "png", "musicxml")
KINDS = ("mid", *SOUNDS, *SCORES)
