"""Every error that folkkeras raises on purpose.

FolkError
├── UsageError       an option's value is out of its range (also a ValueError)
├── CorpusError      tunes that cannot be read, found or split
├── ModelFileError   a `.keras` file that is missing, damaged, foreign or hostile
├── RunError         a run that is missing, exists already or cannot go on
├── OutputError      a file that cannot be written, or would be overwritten
└── TrainingError    a training that cannot go on, such as a loss that is not finite

A message is one line: the fault, the value that caused it, the remedy.
"""


class FolkError(Exception):
    """The root of the tree; the terminal catches it once and exits with 1."""


class UsageError(FolkError, ValueError):
    """An option's value is out of its range; the terminal exits with 2."""


class CorpusError(FolkError):
    """A corpus cannot be read, holds no tunes, or is too small."""


class ModelFileError(FolkError):
    """A `.keras` file is missing, damaged, foreign or hostile."""


class RunError(FolkError):
    """A run is missing, exists already, or cannot go on."""


class OutputError(FolkError):
    """A file or folder cannot be written, or exists already."""


class TrainingError(FolkError):
    """A training cannot go on."""
