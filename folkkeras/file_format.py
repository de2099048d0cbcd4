"""The version of folkkeras's file format, for models, checkpoints and the configs of runs.

It changes with the meaning of what is stored, so also if a feature is added or says something else.
"""

FILE_FORMAT = 2


def format_fault(found: object) -> str | None:
    """Why a file of the format version `found` cannot be read, or None if it can."""
    if type(found) is int and found > FILE_FORMAT:
        return f"was written by a newer folkkeras, in file format {found}, and this one reads {FILE_FORMAT}: update it"
    if found != FILE_FORMAT:
        return "was written by an older folkkeras, before its first release: train a new one"
    return None
