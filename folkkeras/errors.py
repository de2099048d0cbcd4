"""All errors that folkkeras raises deliberately.

FolkError
├── UsageError       an option whose value is out of range (also a ValueError)
├── CorpusError      tunes that cannot be read, found or split
├── ModelFileError   a `.keras` file that is missing, damaged, foreign or hostile
├── RunError         a run that is missing, already exists or cannot continue
├── OutputError      a file that cannot be written, or would be overwritten
└── TrainingError    training that cannot continue, such as after a loss that is not finite

A message is one line: the fault, the value that caused it, the remedy.
"""


class FolkError(Exception):
    """The base class; the command line catches it in one place and exits with status 1."""


class UsageError(FolkError, ValueError):
    """An option's value is out of range; the command line exits with status 2."""


class CorpusError(FolkError):
    """A corpus cannot be read, contains no tunes, or is too small."""


class ModelFileError(FolkError):
    """A `.keras` file is missing, damaged, foreign or hostile."""


class RunError(FolkError):
    """A run is missing, already exists, or cannot continue."""


class OutputError(FolkError):
    """A file or folder cannot be written, or already exists."""


class TrainingError(FolkError):
    """Training cannot continue."""
