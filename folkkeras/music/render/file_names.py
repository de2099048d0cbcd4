"""File names made from titles."""

import re
from unicodedata import normalize

_LONGEST = 60


def slug(title: str) -> str:
    """The title as lower-case letters, digits and hyphens; empty if it has no ASCII letter or digit."""
    plain = normalize("NFKD", title).encode("ascii", "ignore").decode()  # drops accents, but not their letters
    return re.sub(r"[^\w]+", "-", plain, flags=re.ASCII).strip("-").lower()[:_LONGEST].strip("-")
