"""Names of files that are made from titles."""

import re
from unicodedata import normalize

_LONGEST = 60


def slug(title: str) -> str:
    """The title in small letters, digits and hyphens; empty where it has no letter that ASCII knows."""
    plain = normalize("NFKD", title).encode("ascii", "ignore").decode()  # accents go, their letters stay
    return re.sub(r"[^\w]+", "-", plain, flags=re.ASCII).strip("-").lower()[:_LONGEST].strip("-")
