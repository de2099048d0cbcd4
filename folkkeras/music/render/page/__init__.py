"""Tunes as one web page that needs no network: scores, a player, downloads and the ABC text.

The page embeds the style sheet and the scripts that are next to this file. The scripts read the notes as JSON and
play them with the browser's Web Audio.
"""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from folkkeras.music.render.file_names import slug
from folkkeras.music.render.page.downloads import downloads
from folkkeras.music.render.page.scores import Scores
from folkkeras.music.render.page.timing import timing
from folkkeras.music.render.page.words import key_in_words, keys_in_words
from folkkeras.music.tune import Tune

_SCRIPTS = ("sound.js", "score.js", "player.js", "page.js")


@dataclass(frozen=True)
class Entry:
    """A tune on the page."""

    tune: Tune
    scores: Scores | None  # None if the tune could not be engraved


def page_text(entries: Sequence[Entry], title: str, metadata: Mapping[str, str], *, set_times: int = 0) -> str:
    """The page's HTML.

    Args:
        entries: the tunes.
        title: the page's title.
        metadata: name -> value of the facts at the end of the page: the model, the seed, the settings.
        set_times: how often the page plays each tune of a set; 0 if the tunes are not a set.
    """
    tunes = "\n".join(_article(number, entry) for number, entry in enumerate(entries, start=1))
    facts = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in metadata.items())
    footer = f"<footer><dl>{facts}</dl></footer>\n" if facts else ""
    scores = [entry.scores for entry in entries if entry.scores]
    font = next((each.font for each in scores if each.font), "")
    scripts = "".join(map(_own, _SCRIPTS))
    together = f' data-times="{set_times}"' if set_times else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # The page needs no network access, and nothing in a tune's text can cause any.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:\">\n"
        f"<title>{html.escape(title)}</title>\n<style>\n{_own('style.css')}{font}</style>\n</head>\n<body>\n"
        f"<header><h1>{html.escape(title)}</h1></header>\n{_glyphs(scores)}<main{together}>\n{tunes}\n</main>\n"
        f'{footer}<script>\n"use strict";\n{scripts}</script>\n</body>\n</html>\n'
    )


def _article(number: int, entry: Entry) -> str:
    tune = entry.tune
    title = tune.title or f"Tune {tune.reference or number}"
    key = f'<span class="key">{html.escape(key_in_words(tune.key))}</span>' if tune.key else ""
    facts = ", ".join(filter(None, (html.escape(tune.type), key, html.escape(tune.metre))))
    parts = [f'<article aria-labelledby="tune-{number}">', f'<h2 id="tune-{number}">{html.escape(title)}</h2>']
    if facts:
        parts.append(f'<p class="kinds">{facts}</p>')
    if not tune.complete:
        faults = "".join(f"<li>{html.escape(str(fault))}</li>" for fault in tune.faults)
        parts.append(f'<div class="faults"><p>Incomplete:</p><ul>{faults}</ul></div>')
    if entry.scores:
        parts += [_player(tune, entry.scores), _score(entry.scores)]
    parts.append(downloads(tune, slug(tune.title) or f"tune-{number}", title, music=entry.scores is not None))
    text = html.escape(tune.text.strip())
    parts.append(f"<details><summary>Text in ABC notation</summary><pre>{text}</pre></details>")
    return "\n".join([*parts, "</article>"])


def _player(tune: Tune, scores: Scores) -> str:
    names = keys_in_words(tune.key)
    if names[0]:  # spelled as in the engraved scores
        names |= {score.semitones: score.key for score in scores.others}
    data = timing(tune) | {"keys": sorted(names.items())}
    return f'<div class="player" data-tune="{html.escape(json.dumps(data))}" hidden></div>'


def _score(scores: Scores) -> str:
    """The score in all its layouts; the style sheet shows the one that fits."""
    written = scores.written.layouts
    layouts = "".join(f'<div class="{name}">{"".join(lines)}</div>' for name, lines in written.items())
    label = html.escape(scores.written.label)
    others = scores.others_compressed()
    return f'<div class="score" role="img" aria-label="{label}" data-others="{others}">{layouts}</div>'


def _glyphs(scores: Sequence[Scores]) -> str:
    """The glyphs that the score images refer to."""
    glyphs = {name: glyph for each in scores for name, glyph in each.glyphs.items()}
    if not glyphs:
        return ""
    paths = "".join(glyphs[name] for name in sorted(glyphs))
    return f'<svg class="glyphs" aria-hidden="true"><defs>{paths}</defs></svg>\n'


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
