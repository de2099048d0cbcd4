"""The data of the page's player: notes in seconds with the indices of their noteheads, chords, bars, and the beat."""

from functools import cache

from folkkeras.music.render.accompaniment import accompaniment
from folkkeras.music.render.musicxml import noteheads
from folkkeras.music.render.performance import Playing, beat_of, performance, seconds_at, tempi
from folkkeras.music.tune import Event, Tune

Place = tuple[int, int, int]  # indices of a bar, a voice in it, and an event in that voice


def timing(tune: Tune) -> dict[str, object]:
    """The tune as played at its own tempo, with repeats written out."""
    playing = Playing()
    marks = tempi(tune, playing)
    seconds = cache(lambda onset: float(seconds_at(marks, onset)))  # most notes begin where others end
    heads = _heads(tune)
    bars: list[list[float | int]] = []
    now = tune.bars[0].length * 0
    for place in tune.order:
        bar = tune.bars[place]
        bars.append([seconds(now), seconds(now + bar.length), bar.number])
        now += bar.length
    notes: list[list[float | int]] = []
    for note in performance(tune, playing):
        begin, end = seconds(note.onset), seconds(note.onset + note.length)
        notes.append([_brief(begin), _brief(end - begin), note.pitch, *heads[note.bar, note.voice, note.event]])
    chords = [
        [_brief(seconds(note.onset)), _brief(seconds(note.onset + note.length) - seconds(note.onset)), note.pitch]
        for note in accompaniment(tune, playing)
    ]
    metre = tune.bars[-1].metre
    beat = beat_of(tune)
    return {
        "notes": notes,
        "chords": chords,
        "bars": [[_brief(begin), _brief(end), number] for begin, end, number in bars],
        "beat": _brief(seconds(beat)),
        "beats": max(1, round((metre.length if metre else 1) / beat)),
    }


def noteheads_of(tune: Tune) -> int:
    """The number of noteheads in the tune's score, including those of grace notes."""
    return sum(count for _, count in _heads(tune).values())


def _heads(tune: Tune) -> dict[Place, tuple[int, int]]:
    """For each event, the index of its first notehead in the score, and the number of its noteheads."""
    heads: dict[Place, tuple[int, int]] = {}
    before = 0
    for place, bar in enumerate(tune.bars):
        for voice, events in enumerate((bar.events, *bar.overlays)):
            for number, event in enumerate(events):
                heads[place, voice, number] = before, _heads_of(event)
                before += heads[place, voice, number][1]
    return heads


def _heads_of(event: Event) -> int:
    return len(noteheads(event.written)) * len(event.pitches) + (len(event.graces) if event.pitches else 0)


def _brief(seconds: float) -> float:
    return round(seconds, 4)
