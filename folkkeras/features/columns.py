"""The features of a character by name, in groups, and how many values each has.

The features of a character are what is known once it has been read, so they say where the next one stands.
"""

from collections.abc import Iterable

from folkkeras.errors import UsageError
from folkkeras.features.bars import bars_of_previous_part
from folkkeras.features.copies import agreement
from folkkeras.features.fields import METRES, TYPES
from folkkeras.features.state import (
    AGREED,
    ENDING,
    FIELD,
    FINAL,
    FULL,
    GUESS,
    IN_BODY,
    KEY,
    KEY_MODE,
    LAGS,
    LETTER,
    MATCH_LENGTH,
    METRE,
    MOVED,
    MOVED_RECORD,
    NOTES,
    PART,
    PART_BARS,
    PART_TIME,
    PITCH,
    PITCH_BEFORE,
    RECORD,
    RIGHT,
    SOURCES,
    TICKS,
    TIME,
    TONIC,
    TRIED,
    TYPE,
    UNIT,
)

STEP = TICKS // 96  # ticks of a step in which times are counted
USUAL_BARS = 8  # of a part
PHRASE = 4  # bars of a phrase, with the pick-up before it and without the one before the next phrase
UNIT_PARTS = 4  # parts of a unit length in which the time left is counted too
CADENCE_BARS = 2  # at the end of a part
BAR_PARTS = 8  # parts of a bar in which the time left in a cadence is counted
CADENCE_TIMES = CADENCE_BARS * BAR_PARTS + 1
TIMES, LETTERS = 192, 32

# Values of each feature; 0 for those that are values of the vocabulary, of which there is one more than characters.
GROUPS: dict[str, dict[str, int]] = {
    "header": {"field": LETTERS, "type": TYPES, "metre": METRES, "unit_length": 64, "key": 32, "mode": 8, "tonic": 8},
    "time": {"time": TIMES, "time_left": TIMES, "units_left": 64, "phrase_left": TIMES},
    "bar": {"bar": 48, "part": 16, "previous_part": 48, "bars_left": 48, "part_left": TIMES},
    "pitch": {"letter": 15, "pitch": 48, "interval": 24, "cadence": 1 + 7 * CADENCE_TIMES, "final": 8},
    "match": {"match": 0, "match_record": 16, "match_length": 32},
    **{
        name: {
            name: 0,
            f"{name}_record": 16,
            f"{name}_agreement": 16,
            f"{name}_moved": 15,
            f"{name}_moved_record": 16,
        }
        for name in (*(f"lag_{lag}" for lag in LAGS), "previous")
    },
}
FEATURES: dict[str, int] = {name: size for group in GROUPS.values() for name, size in group.items()}
COUNT = len(FEATURES)
PER_SOURCE = 5  # features of each source
COPIED = tuple(name for name, size in FEATURES.items() if not size)  # the features that name a character
MOVED_NOTES = tuple(name for name in FEATURES if name.endswith("_moved"))  # those that name a note's letter
NONE, ALL = "none", "all"
_BODY_FIELD = 27  # the fields have the numbers of their letters


def features_of(groups: str) -> tuple[str, ...]:
    """The names of the features of groups, in their order.

    Args:
        groups: names from `GROUPS` separated by commas, or `all` or `none`.

    Raises:
        UsageError: there is no such group.
    """
    names = set(GROUPS) if groups == ALL else set() if groups == NONE else set(groups.split(","))
    if unknown := sorted(names - set(GROUPS)):
        raise UsageError(f"--features {unknown[0]!r} is not one of {', '.join((ALL, NONE, *GROUPS))}")
    return tuple(name for group, features in GROUPS.items() if group in names for name in features)


def groups_of(names: Iterable[str]) -> list[int]:
    """The number of each feature's group, in the order of `GROUPS`."""
    groups = {name: number for number, group in enumerate(GROUPS.values()) for name in group}
    return [groups[name] for name in names]


def columns_of(names: Iterable[str]) -> list[int]:
    """The columns of features in a row of `write`."""
    places = {name: place for place, name in enumerate(FEATURES)}
    return [places[name] for name in names]


def sizes_of(names: Iterable[str], characters: int) -> list[int]:
    """The number of values of each feature, for a vocabulary of `characters`."""
    return [FEATURES[name] or characters + 1 for name in names]


def write(s: list[int], row: list[int]) -> None:
    """Write the features of a state into a row, (COUNT,)."""
    body, sounded = s[IN_BODY], s[NOTES]
    full = s[FULL]
    left = full - s[TIME]
    row[0] = _BODY_FIELD + s[ENDING] if body and not s[FIELD] else s[FIELD] & 31
    row[1] = s[TYPE]
    row[2] = s[METRE]
    row[3] = min(TICKS // max(s[UNIT], 1), 63)
    row[4] = min(s[KEY], 31)
    row[5] = s[KEY_MODE]
    row[6] = 1 + s[TONIC] if s[KEY] else 0
    row[7] = 1 + min(s[TIME] // STEP, TIMES - 2) if body else 0
    row[8] = row[9] = row[10] = 0
    if full and body:
        row[8] = 1 if left < 0 else 2 + min(left // STEP, TIMES - 3)
        row[9] = 1 if left < 0 else 2 + min(UNIT_PARTS * left // max(s[UNIT], 1), 61)
        row[10] = 1 + min(-(s[PART_TIME] + s[TIME]) % (PHRASE * full) // STEP, TIMES - 2)
    previous = bars_of_previous_part(s)
    row[11] = 1 + min(s[PART_BARS], 46) if body else 0
    row[12] = 1 + min(s[PART], 14) if body else 0
    row[13] = min(previous, 47)
    row[14] = 1 + min(max(previous - s[PART_BARS] + 16, 0), 46) if previous else 0
    part_left = max(_part_left(s, previous), 0) if full and body else -1
    row[15] = 1 + min(part_left // STEP, TIMES - 2) if part_left >= 0 else 0
    row[16] = 1 + s[LETTER] if sounded else 0
    row[17] = 1 + min(max(s[PITCH] + 20, 0), 46) if sounded else 0
    row[18] = 1 + min(max(s[PITCH] - s[PITCH_BEFORE] + 11, 0), 22) if sounded == 2 else 0
    row[19] = 0
    if sounded and s[KEY] and 0 <= part_left <= CADENCE_BARS * full:
        row[19] = 1 + s[PITCH] % 7 * CADENCE_TIMES + BAR_PARTS * part_left // full
    row[20] = s[FINAL]
    row[21] = s[GUESS]
    row[22] = s[RECORD]
    row[23] = s[MATCH_LENGTH]
    place = COUNT - PER_SOURCE * SOURCES
    for source in range(SOURCES):
        row[place] = s[GUESS + 1 + source]
        row[place + 1] = s[RECORD + 1 + source]
        row[place + 2] = 4 * s[AGREED + source] + agreement(s[TRIED + source], s[RIGHT + source])
        row[place + 3] = s[MOVED + source]
        row[place + 4] = s[MOVED_RECORD + source]
        place += PER_SOURCE


def _part_left(s: list[int], previous: int) -> int:
    """The ticks until the part is as long as the previous one, or else until it has 8, 16, ... bars."""
    done = s[PART_BARS]
    if not s[TIME] and done and (done == previous or (done > previous and not done % USUAL_BARS)):
        return 0
    bars = previous if done < previous else USUAL_BARS * (1 + done // USUAL_BARS)
    return bars * s[FULL] - s[PART_TIME] - s[TIME]
