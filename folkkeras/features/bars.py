"""Bars and parts: the number of the bar in its part, which part it is, and which ending.

A part ends at a repeat sign or a double bar, and a later ending continues it from where its first ending began. Bars
are counted by their time, so a pick-up and the short bar that it completes are one. In free metre each bar line
ends a bar.
"""

from folkkeras.features.state import (
    BAR_START,
    BASES,
    ENDING,
    ENDING_BARS,
    ENDING_BASE,
    ENDING_PLACE,
    ENDING_TIME,
    FINAL,
    FULL,
    IN_UPBEAT,
    KEY,
    LENGTH,
    MOST_TICKS,
    NOTES,
    ONSET,
    PART,
    PART_BARS,
    PART_BASE,
    PART_TIME,
    PARTS,
    PITCH,
    SLOTS,
    TIME,
    UPBEAT_START,
)

IN_FIRST, AFTER_FIRST, IN_LATER, AFTER_LATER = 1, 2, 3, 4


def end_bar(s: list[int]) -> None:
    """Read the first character of a bar line."""
    length, full, before = s[TIME], s[FULL], s[PART_BARS]
    s[TIME] = s[ONSET] = 0
    if not length:
        return
    if full:
        s[PART_TIME] = min(s[PART_TIME] + length, MOST_TICKS)
        s[PART_BARS] = max(before, (4 * s[PART_TIME] + full) // (4 * full))
    else:
        s[PART_BARS] += 1
    s[IN_UPBEAT] = 1 if s[PART_BARS] > before else 0
    if s[ENDING] in (AFTER_FIRST, AFTER_LATER):
        s[ENDING] = 0


def end_part(s: list[int]) -> None:
    """Read the character that makes a bar line a repeat sign or a double bar."""
    if s[ENDING] == IN_FIRST:
        s[ENDING] = AFTER_FIRST
    elif s[ENDING] == IN_LATER:
        s[ENDING] = AFTER_LATER
    if s[PART_BARS]:
        s[BASES + s[PART] % PARTS] = s[PART_BASE]
        s[PART] += 1
        s[PART_BASE] += s[PART_BARS]
        s[PART_BARS] = s[PART_TIME] = 0
        s[FINAL] = 1 + s[PITCH] % 7 if s[NOTES] and s[KEY] else 0
        s[IN_UPBEAT] = 1


def begin_ending(s: list[int], first: bool) -> None:
    """Read the number of an ending."""
    if first:
        s[ENDING] = IN_FIRST
        s[ENDING_BASE], s[ENDING_BARS], s[ENDING_TIME] = s[PART_BASE], s[PART_BARS], s[PART_TIME]
        s[ENDING_PLACE] = s[LENGTH]
    elif s[ENDING] in (IN_FIRST, AFTER_FIRST, AFTER_LATER):
        if s[PART_BASE] != s[ENDING_BASE]:  # the repeat sign before it has not ended the part
            s[PART] -= 1
        s[PART_BASE], s[PART_BARS], s[PART_TIME] = s[ENDING_BASE], s[ENDING_BARS], s[ENDING_TIME]
        s[ENDING] = IN_LATER
        s[IN_UPBEAT] = 1


def begin_bar(s: list[int]) -> None:
    """Note where the bar begins in the text, after each character of a bar line."""
    slot = (s[PART_BASE] + s[PART_BARS]) % SLOTS
    if s[IN_UPBEAT]:
        s[UPBEAT_START + slot] = s[LENGTH]
    s[BAR_START + slot] = s[LENGTH]


def start_of(s: list[int], bar: int) -> int:
    """Where a bar of the tune, from 0, begins in the text: with its pick-up if this may be one; -1 if unknown."""
    now = s[PART_BASE] + s[PART_BARS]
    if bar < 0 or now - bar >= SLOTS:
        return -1
    return s[(UPBEAT_START if s[IN_UPBEAT] and not s[PART_BARS] else BAR_START) + bar % SLOTS]


def bars_of_previous_part(s: list[int]) -> int:
    """The number of bars in the previous part, 0 in the first part."""
    return s[PART_BASE] - s[BASES + (s[PART] - 1) % PARTS] if s[PART] else 0


def bar_in_previous_part(s: list[int]) -> int:
    """The bar of the tune at the same place in the previous part, from 0, or -1."""
    bars = bars_of_previous_part(s)
    return s[PART_BASE] - bars + s[PART_BARS] if s[PART_BARS] < bars else -1
