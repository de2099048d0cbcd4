"""The file formats in which a tune can be rendered."""

SOUNDS = ("wav", "flac", "ogg", "mp3")
SCORES = ("svg", "png", "musicxml")
FORMATS = ("mid", *SOUNDS, *SCORES)
TEXT, PAGE, BOOK = "abc", "html", "pdf"
MANY = (TEXT, PAGE, BOOK)  # which hold many tunes in one file
ALL_FORMATS = (*MANY, *FORMATS)
