"""Records of IrishMAN and its like: one field has the whole tune in ABC notation.

Source: Wu et al., TunesFormer: Forming Irish Tunes with Control Codes by Bar Patching (arXiv:2301.02884), whose data
have the fields "abc notation" and "control code".
"""

from collections.abc import Mapping
from typing import Any

from folkkeras.importing.notes import Notes

_TUNES = ("abc notation", "abc_notation")
FIELDS = '"abc notation"'


def describes(record: Mapping[str, Any]) -> bool:
    """Whether a record has the fields of this collection."""
    return any(name in record for name in _TUNES)


def abc_of(record: Mapping[str, Any], notes: Notes) -> str:
    """The tune of a record; empty if it has none."""
    tune = next((record[name] for name in _TUNES if name in record), None)
    if not isinstance(tune, str) or not tune.strip():
        notes.skipped["records without a tune"] += 1
        return ""
    if record.get("control code"):
        notes.skipped["control codes"] += 1
    tune = tune.strip()
    return f"{'' if tune.startswith('X:') else 'X:1' + chr(10)}{tune}\n\n"
