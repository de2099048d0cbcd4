"""Files in other formats, read as text in ABC notation.

`reading.abc_texts` is the door: it recognises a format by a file's content, not by its name. Each format has a module
of its own, which is imported when a file of that format is read.
"""
