"""Tunes as one web page that asks nothing of the network: scores, a player, downloads, the text.

The page's own style and script stand beside this file and are put into it; the script gets the notes as JSON
and plays them with the browser's Web Audio.
"""

import base64
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from folkkeras.music.instruments import DEFAULT_INSTRUMENT, instrument
from folkkeras.music.midi import midi_bytes
from folkkeras.music.musicxml import noteheads
from folkkeras.music.performance import Playing, beat_of, pace, performance
from folkkeras.music.tune import Tune

_BETWEEN_TAGS = re.compile(r">\s+<")
_ROOT = re.compile(r'<svg [^>]*id="([^"]+)"')


@dataclass(frozen=True)
class Entry:
    """A tune of the page."""

    tune: Tune
    score: str | None  # SVG without a title; None where there is none


def page_text(entries: Sequence[Entry], title: str, about: Mapping[str, str]) -> str:
    """The page's HTML.

    Args:
        entries: the tunes.
        title: of the page.
        about: what stands at its end, by name: the model, the seed, the settings.
    """
    tunes = "\n".join(_article(number, entry) for number, entry in enumerate(entries, start=1))
    facts = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in about.items())
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # The page has no need of the network, and what a tune's text holds can bring none.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
        f"<title>{html.escape(title)}</title>\n<style>\n{_own('style.css')}</style>\n</head>\n<body>\n"
        f"<header><h1>{html.escape(title)}</h1></header>\n<main>\n{tunes}\n</main>\n"
        f"<footer>{f'<dl>{facts}</dl>' if facts else ''}</footer>\n"
        f"<script>\n{_own('player.js')}</script>\n</body>\n</html>\n"
    )


def _article(number: int, entry: Entry) -> str:
    tune = entry.tune
    title = html.escape(tune.title or f"Tune {tune.reference or number}")
    kinds = ", ".join(filter(None, (tune.type, tune.key, tune.metre)))
    parts = [f'<article aria-labelledby="tune-{number}">', f'<h2 id="tune-{number}">{title}</h2>']
    if kinds:
        parts.append(f'<p class="kinds">{html.escape(kinds)}</p>')
    if not tune.whole:
        faults = "".join(f"<li>{html.escape(str(fault))}</li>" for fault in tune.faults)
        parts.append(f'<div class="faults"><p>Not whole:</p><ul>{faults}</ul></div>')
    if entry.score:
        svg = _with_own_ids(_BETWEEN_TAGS.sub("><", entry.score), f"tune{number}score")
        parts.append(f'<div class="score" role="img" aria-label="Score of {title}">{svg}</div>')
        parts.append(f'<div class="player" data-tune="{html.escape(json.dumps(_notes(tune)))}" hidden></div>')
    downloads = [_download(tune.text.strip() + "\n", "text/plain;charset=utf-8", "abc", number)]
    if entry.score:
        downloads.append(
            _download(midi_bytes(tune, instrument(DEFAULT_INSTRUMENT), Playing()), "audio/midi", "mid", number)
        )
    parts.append(f'<p class="downloads">{" ".join(downloads)}</p>')
    parts.append(f"<details><summary>ABC</summary><pre>{html.escape(tune.text.strip())}</pre></details>")
    return "\n".join([*parts, "</article>"])


def _with_own_ids(svg: str, name: str) -> str:
    """The image with ids of its own on the page: its root's name, which its glyphs bear too; others are not needed."""
    root = _ROOT.search(svg)
    if root:
        svg = svg.replace(root[1], name)
    return re.sub(rf' id="(?![^"]*{name}")[^"]*"', "", svg)


def _notes(tune: Tune) -> dict[str, object]:
    """What the player needs: notes in seconds with the places of their noteheads, bars, the beat."""
    playing = Playing()
    seconds_of_whole = 60 / pace(tune, playing)
    heads: dict[tuple[int, int], tuple[int, int]] = {}  # a bar's and an event's place -> first notehead, how many
    count = 0
    for place, bar in enumerate(tune.bars):
        for number, event in enumerate(bar.events):
            own = len(noteheads(event.written)) * len(event.pitches) + (len(event.graces) if event.pitches else 0)
            heads[place, number] = count, own
            count += own
    notes = performance(tune, playing)
    bars: list[list[float | int]] = []
    now = 0.0
    for place in tune.order:
        length = float(tune.bars[place].length * seconds_of_whole)
        bars.append([round(now, 4), round(now + length, 4), tune.bars[place].number])
        now += length
    return {
        "notes": [
            [
                round(float(note.onset * seconds_of_whole), 4),
                round(float(note.length * seconds_of_whole), 4),
                note.pitch,
                *heads[note.bar, note.event],
            ]
            for note in notes
        ],
        "bars": bars,
        "beat": round(float(beat_of(tune) * seconds_of_whole), 4),
        "beats": max(1, round((tune.bars[-1].metre.length if tune.bars[-1].metre else 1) / beat_of(tune))),
    }


def _download(data: str | bytes, kind: str, suffix: str, number: int) -> str:
    content = base64.b64encode(data.encode() if isinstance(data, str) else data).decode()
    return f'<a download="tune-{number}.{suffix}" href="data:{kind};base64,{content}">{suffix.upper()}</a>'


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
