"""Records of The Session: one setting of a tune each, its fields apart from its music.

Source: the columns of tunes.csv and tunes.json in github.com/adactio/TheSession-data. The music is in eighths. The
licence of these data forbids training large language models on them.
"""

from collections.abc import Mapping
from typing import Any

from folkkeras.importing.notes import Notes

NAME = "The Session"
ALL_SETTINGS, FIRST_SETTING = SETTINGS = ("all", "first")
FIELDS = '"name", "type", "meter", "mode" and "abc"'
_NEEDED = ("name", "type", "meter", "mode", "abc")


def describes(record: Mapping[str, Any]) -> bool:
    """Whether a record has the fields of this collection."""
    return all(name in record for name in _NEEDED)


class SettingReader:
    """Reads settings.

    Args:
        settings: "all" to read all settings of a tune, "first" for the first of each in the file.
    """

    def __init__(self, settings: str) -> None:
        self._first = settings == FIRST_SETTING
        self._seen: set[str] = set()  # tunes of which a setting was read

    def abc_of(self, record: Mapping[str, Any], notes: Notes) -> str:
        """The setting in ABC notation; empty if it has no music or is left out."""
        notes.restricted.add(NAME)
        title, type_, metre, mode = (" ".join(str(record[name] or "").split()) for name in _NEEDED[:-1])
        music = "\n".join(line for line in str(record["abc"] or "").splitlines() if line.strip())
        if not music:
            notes.skipped["records without a tune"] += 1
            return ""
        tune = str(record.get("tune_id", record.get("tune", "")))
        if self._first and tune:
            if tune in self._seen:
                notes.skipped["further settings of a tune"] += 1
                return ""
            self._seen.add(tune)
        number = str(record.get("setting_id", record.get("setting", "")))
        return f"X:{number if number.isdecimal() else 1}\nT:{title}\nR:{type_}\nM:{metre}\nL:1/8\nK:{mode}\n{music}\n\n"
