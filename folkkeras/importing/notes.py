"""What readers of files notice beside the tunes."""

from collections import Counter
from dataclasses import dataclass, field

from folkkeras.errors import CorpusError


@dataclass
class Notes:
    """What is noticed while a file is read; complete when all its texts are read."""

    skipped: Counter[str] = field(default_factory=Counter)  # what could not be kept -> count
    restricted: set[str] = field(default_factory=set)  # collections whose licence forbids training on them
    unread: dict[str, CorpusError] = field(default_factory=dict)  # scores that are not one melody, left out -> why
