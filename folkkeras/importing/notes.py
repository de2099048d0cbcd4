"""What readers of files notice beside the tunes."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Notes:
    """What is noticed while a file is read; complete when all its texts are read."""

    skipped: Counter[str] = field(default_factory=Counter)  # what could not be kept -> count
    restricted: set[str] = field(default_factory=set)  # collections whose licence forbids training on them
