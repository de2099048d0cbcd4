"""The file formats in which a tune can be rendered."""

SOUNDS = ("wav", "flac", "ogg", "mp3")
PLAYED = ("mid", *SOUNDS)
SCORES = ("svg", "png", "musicxml")
FORMATS = (*PLAYED, *SCORES)
TEXT, PAGE, BOOK = "abc", "html", "pdf"
MANY = (TEXT, PAGE, BOOK)  # which hold many tunes in one file
PAPERS = ("a4", "letter")  # of a book
DEFAULT_PAPER = PAPERS[0]
ALL_FORMATS = (*MANY, *FORMATS)
