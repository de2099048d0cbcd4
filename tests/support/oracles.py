"""How other programs play a tune: abc2midi and abcjs, which are independent of this project's reader.

Both are optional. abc2midi is Debian's package abcmidi; abcjs comes with `make oracles`, which needs npm.

The tests compare the notes that sound, with repeats, endings and parts written out: their onsets and pitches, to a
MIDI tick. Tied notes are one note in all three programs, so a note's end shows whether it was tied. Lengths are
compared separately, since the programs shorten some notes. Grace notes are left out, because each program takes their
time from a different note; their pitches are available separately. Notes of one pitch that begin together, as in
`[AA]` or an overlay in unison, count once. `oracle_text.plain` says what is removed from the text first, and why.
"""

import bisect
import contextlib
import json
import re
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import mido

from support.oracle_text import plain

ABCJS = Path(__file__).parents[2] / ".oracles" / "node_modules" / "abcjs"
HAS_ABC2MIDI = shutil.which("abc2midi") is not None
HAS_ABCJS = ABCJS.is_dir() and shutil.which("node") is not None
SCRIPT = Path(__file__).with_name("abcjs_notes.js")
NO_ABC2MIDI = "abc2midi is not installed (Debian: apt install abcmidi)"
NO_ABCJS = "abcjs is not installed: make oracles, which needs npm"

TICK = Fraction(1, 480)  # abc2midi's, in quarters
LENGTH_TOLERANCE = 2 * TICK  # abc2midi rounds both ends of a note
SECONDS = 5.0  # time limit of a program for a tune

_LARGEST = 1_000_000  # bytes; on a tune that confuses it, abc2midi may write without end
_AT_A_LOSS = ("found [1", "Found :|", "Different repeat structure")
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
# The notes of a chord begin together, and a grace note is so short that it cannot be mistaken for another note.
_DIRECTIVES = "%%MIDI chordattack 0\n%%MIDI gracedivider 60\n"
_GRACE = 20 * TICK


class Note(NamedTuple):
    """A note that sounds; times are in quarters from the tune's beginning."""

    onset: Fraction
    length: Fraction
    pitch: int  # MIDI, middle C being 60

    def __str__(self) -> str:
        return f"{_NAMES[self.pitch % 12]}{self.pitch // 12 - 1} at {float(self.onset):g} for {float(self.length):g}"


@dataclass(frozen=True)
class Shown:
    """A note, a chord or a rest as abcjs would print it."""

    pitches: tuple[str, ...]  # as written, with accidentals and octave marks; empty for a rest
    length: Fraction  # in whole notes, as its notehead shows
    rest: str  # "rest", "invisible", "multimeasure", "spacer", or nothing
    decorations: tuple[str, ...]
    symbols: tuple[tuple[str, str], ...]  # chord symbols and annotations: place ("default" for the former) and text
    graces: tuple[str, ...]
    tied: int  # how many of its notes are tied to the next
    slurs_begun: int
    slurs_ended: int
    tuplet: int  # its number of notes, if one begins here


@dataclass(frozen=True)
class Reading:
    """What abcjs plays of a tune."""

    notes: list[Note]
    graces: list[int]  # the pitches of all grace notes as played, sorted by onset


def abc2midi_notes(text: str) -> list[Note] | None:
    """The notes that abc2midi plays, without graces, or None if it plays none or guesses at the repeats."""
    notes = [note for note, grace in _abc2midi(text) if not grace]
    return sorted(notes) or None


def abc2midi_graces(text: str) -> list[int]:
    """The pitches of the grace notes that abc2midi plays, in the order of their onsets."""
    return [note.pitch for note, grace in sorted(_abc2midi(text)) if grace]


def _abc2midi(text: str) -> list[tuple[Note, bool]]:
    """All notes, and whether each is a grace note."""
    head, key, body = plain(text).partition("\nK:")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in.abc").write_text(f"{head}\n{_DIRECTIVES}{key.lstrip()}{body}", "utf-8")
        words = ["abc2midi", "in.abc", "-o", "out.mid", "-NFER", "-NGUI"]
        try:
            run = subprocess.run(words, cwd=folder, capture_output=True, text=True, errors="replace", timeout=SECONDS)
            written = Path(folder) / "out.mid"
            if written.stat().st_size > _LARGEST:
                return []
            file = mido.MidiFile(written, clip=True)
        except (subprocess.TimeoutExpired, OSError, EOFError, ValueError, KeyError):
            return []
    if any(words in run.stdout for words in _AT_A_LOSS):
        return []
    tracks = [_notes_of(track, file.ticks_per_beat) for track in file.tracks]
    if "{" not in text:
        return [(note, False) for notes in tracks for note in notes]
    return [pair for notes in tracks for pair in _graces_separated(notes)]


def _notes_of(track: mido.MidiTrack, beat: int) -> list[Note]:
    """The notes of a track in the order of their onsets. abc2midi begins each of them a tick late."""
    now, notes = 0, []
    sounding: dict[int, list[int]] = {}
    for message in track:
        now += message.time
        if message.type == "note_on" and message.velocity:
            sounding.setdefault(message.note, []).append(now)
        elif message.type in ("note_on", "note_off") and sounding.get(message.note):
            onset = sounding[message.note].pop(0) - 1
            notes.append(Note(Fraction(onset, beat), Fraction(now - onset, beat), message.note))
    return sorted(notes)


def _graces_separated(notes: list[Note]) -> Iterator[tuple[Note, bool]]:
    """The grace notes, and the other notes, each with the time that grace notes took from it given back."""
    begun: Fraction | None = None  # where a group of graces begins
    end = Fraction()  # and where it ends
    for note in notes:
        if note.length <= _GRACE:
            begun = note.onset if begun is None or note.onset > end + TICK else begun
            end = note.onset + note.length
            yield note, True
            continue
        if begun is not None and note.onset > end + TICK:
            begun = None
        onset = note.onset if begun is None else begun
        yield Note(onset, note.length + note.onset - onset, note.pitch), False


def abcjs_notes(texts: Iterable[str]) -> list[list[Note] | None]:
    """The notes that abcjs plays of each tune, or None if it plays none."""
    return [reading.notes if reading and reading.notes else None for reading in abcjs_readings(texts)]


def abcjs_readings(texts: Iterable[str]) -> list[Reading | None]:
    """What abcjs plays of each tune, or None if it fails or takes too long."""
    with Abcjs() as abcjs:
        return [abcjs.reading(text) for text in texts]


class Abcjs:
    """A process that reads tunes one after another. A tune that kills it affects no other tune."""

    def __init__(self) -> None:
        self._node: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Abcjs":
        return self

    def __exit__(self, *_: object) -> None:
        if self._node:
            self._node.kill()
            self._node.communicate()
        self._node = None

    def reading(self, text: str) -> Reading | None:
        """What abcjs plays of a tune, or None if it fails or takes too long."""
        answer = self._answer(plain(text), shown=False)
        if answer is None:
            return None
        notes = [Note(4 * _fraction(onset), 4 * _fraction(length), pitch) for onset, length, pitch in answer["notes"]]
        return Reading(sorted(notes), [pitch for _, pitch in sorted(answer["graces"])])

    def shown(self, text: str) -> list[list[list[Shown]]] | None:
        """What abcjs shows of a tune: the bars of each voice, without empty ones. The text is not changed first."""
        answer = self._answer(text, shown=True)
        return None if answer is None else [[[_shown(note) for note in bar] for bar in voice] for voice in answer]

    def _answer(self, text: str, *, shown: bool) -> Any:
        if self._node is None:
            words = ["node", str(SCRIPT), str(ABCJS)]
            pipe = subprocess.PIPE
            self._node = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        line = b""
        with contextlib.suppress(OSError):
            asked = {"text": text, "seconds": SECONDS, "shown": shown}
            self._node.stdin.write(json.dumps(asked).encode() + b"\n")
            self._node.stdin.flush()
            if select.select([self._node.stdout], [], [], 4 * SECONDS)[0]:
                line = self._node.stdout.readline()
        if not line:
            self.__exit__()
            return None
        return json.loads(line)


def _shown(note: dict[str, Any]) -> Shown:
    listed = {name: tuple(value) for name, value in note.items() if isinstance(value, list)}
    symbols = tuple((where, what) for where, what in note["symbols"])
    return Shown(**{**note, **listed, "symbols": symbols, "length": _fraction(note["length"])})


def _fraction(number: float) -> Fraction:
    """abcjs counts in millionths of a whole note."""
    return Fraction(number).limit_denominator(10_080)


def agrees(ours: Sequence[Note], theirs: Sequence[Note]) -> bool:
    """Whether the same notes begin at the same times."""
    return first_difference(ours, theirs) is None


def lengths_agree(ours: Sequence[Note], theirs: Sequence[Note]) -> bool:
    """Whether notes that agree in onset and pitch agree in length too, within the programs' accuracy."""
    mine, other = _longest(ours), _longest(_snapped(theirs, ours))
    return mine.keys() == other.keys() and all(abs(mine[key] - other[key]) <= LENGTH_TOLERANCE for key in mine)


def _longest(notes: Iterable[Note]) -> dict[tuple[Fraction, int], Fraction]:
    """The length of each note; for notes of one pitch that begin together, the longest."""
    lengths: dict[tuple[Fraction, int], Fraction] = {}
    for onset, length, pitch in notes:
        lengths[onset, pitch] = max(length, lengths.get((onset, pitch), Fraction()))
    return lengths


def first_difference(ours: Sequence[Note], theirs: Sequence[Note]) -> str | None:
    """The first difference between two performances, as one line, or None if they agree."""
    mine = {(note.onset, note.pitch): note for note in ours}
    other = {(note.onset, note.pitch): note for note in _snapped(theirs, ours)}
    if mine.keys() == other.keys():
        return None
    place = min(mine.keys() ^ other.keys())
    near = [
        ", ".join(str(notes[key]) for key in sorted(notes) if key >= (place[0], 0))[:90] or "nothing more"
        for notes in (_around(mine, place[0]), _around(other, place[0]))
    ]
    return f"{len(mine)} notes against {len(other)}; from quarter {float(place[0]):g} {near[0]} against {near[1]}"


def _around(notes: dict[tuple[Fraction, int], Note], onset: Fraction) -> dict[tuple[Fraction, int], Note]:
    return {key: note for key, note in notes.items() if onset <= key[0] <= onset + 2}


def _snapped(notes: Sequence[Note], to: Sequence[Note]) -> Iterator[Note]:
    """The notes, each moved to the onset of a note in `to` that is within a tick."""
    grid = sorted({note.onset for note in to})
    for note in notes:
        place = bisect.bisect_left(grid, note.onset - TICK)
        if place < len(grid) and grid[place] <= note.onset + TICK:
            # Of two within reach, the nearer.
            near = min(grid[place : place + 3], key=lambda onset: abs(onset - note.onset))
            yield note._replace(onset=near)
        else:
            yield note


def with_file_header(header: str, tune: str) -> str:
    """A tune preceded by the header of its file (2.2.2), which applies to all tunes of the file."""
    lines = [line for line in header.splitlines() if re.match(r"%%|[A-Za-z]:", line)]
    return "".join(f"{line}\n" for line in lines) + tune
