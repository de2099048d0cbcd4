"""Tunes as one web page that asks nothing of the network: scores, a player, downloads, the text.

The page's own style and scripts stand beside this file and are put into it; the scripts get the notes as JSON
and play them with the browser's Web Audio.
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
    """A tune of the page."""

    tune: Tune
    scores: Scores | None  # None where there are none


def page_text(entries: Sequence[Entry], title: str, about: Mapping[str, str]) -> str:
    """The page's HTML.

    Args:
        entries: the tunes.
        title: of the page.
        about: what stands at its end, by name: the model, the seed, the settings.
    """
    tunes = "\n".join(_article(number, entry) for number, entry in enumerate(entries, start=1))
    facts = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in about.items())
    footer = f"<footer><dl>{facts}</dl></footer>\n" if facts else ""
    scores = [entry.scores for entry in entries if entry.scores]
    font = next((each.font for each in scores if each.font), "")
    scripts = "".join(map(_own, _SCRIPTS))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # The page has no need of the network, and what a tune's text holds can bring none.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:\">\n"
        f"<title>{html.escape(title)}</title>\n<style>\n{_own('style.css')}{font}</style>\n</head>\n<body>\n"
        f"<header><h1>{html.escape(title)}</h1></header>\n{_glyphs(scores)}<main>\n{tunes}\n</main>\n"
        f'{footer}<script>\n"use strict";\n{scripts}</script>\n</body>\n</html>\n'
    )


def _article(number: int, entry: Entry) -> str:
    tune = entry.tune
    title = tune.title or f"Tune {tune.reference or number}"
    key = f'<span class="key">{html.escape(key_in_words(tune.key))}</span>' if tune.key else ""
    kinds = ", ".join(filter(None, (html.escape(tune.type), key, html.escape(tune.metre))))
    parts = [f'<article aria-labelledby="tune-{number}">', f'<h2 id="tune-{number}">{html.escape(title)}</h2>']
    if kinds:
        parts.append(f'<p class="kinds">{kinds}</p>')
    if not tune.whole:
        faults = "".join(f"<li>{html.escape(str(fault))}</li>" for fault in tune.faults)
        parts.append(f'<div class="faults"><p>Not whole:</p><ul>{faults}</ul></div>')
    if entry.scores:
        parts += [_player(tune, entry.scores), _score(entry.scores)]
    parts.append(downloads(tune, slug(tune.title) or f"tune-{number}", title, music=entry.scores is not None))
    text = html.escape(tune.text.strip())
    parts.append(f"<details><summary>Text in ABC notation</summary><pre>{text}</pre></details>")
    return "\n".join([*parts, "</article>"])


def _player(tune: Tune, scores: Scores) -> str:
    names = keys_in_words(tune.key)
    if names[0]:  # as the engraved scores spell them
        names |= {score.semitones: score.key for score in scores.others}
    data = timing(tune) | {"keys": sorted(names.items())}
    return f'<div class="player" data-tune="{html.escape(json.dumps(data))}" hidden></div>'


def _score(scores: Scores) -> str:
    """The score in all its layouts, of which the page's style shows the one that fits."""
    written = scores.written.layouts
    layouts = "".join(f'<div class="{name}">{"".join(lines)}</div>' for name, lines in written.items())
    label = html.escape(scores.written.label)
    others = scores.others_compressed()
    return f'<div class="score" role="img" aria-label="{label}" data-others="{others}">{layouts}</div>'


def _glyphs(scores: Sequence[Scores]) -> str:
    """What the scores' images refer to."""
    glyphs = {name: glyph for each in scores for name, glyph in each.glyphs.items()}
    if not glyphs:
        return ""
    paths = "".join(glyphs[name] for name in sorted(glyphs))
    return f'<svg class="glyphs" aria-hidden="true"><defs>{paths}</defs></svg>\n'


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
