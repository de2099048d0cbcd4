"""The text of a tune as the oracles can read it: without what each plays in its own way, and with repeats spelled out.

Each change here has one of two reasons: a program departs from the standard, or the standard is silent and any
player is free, such as on how a trill sounds. Our own reader always gets the unchanged tune. Paragraphs are those of
the ABC standard 2.1.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_FIELD = re.compile(r"[A-Za-z+]:")
_KEPT_DIRECTIVES = re.compile(r"%%MIDI\s+transpose\b|%%propagate-accidentals\b")
_MUSICAL = "KLMPQVIUmws"  # inline fields that may change what is played
_TOKENS = re.compile(
    r'(?P<quoted>"[^"\n]*"?)'
    r"|(?P<field>\[[A-Za-z]:[^\]\n]*\]?)"
    r"|(?P<comment>%.*)"
    r"|(?P<graces>\{[^}\n]*\}?)"
    r"|(?P<decoration>!(?![A-Ga-gxz][,']*\d+!)[^!|\[\]\s]+!|\+(?:[a-z]{2,}|[fp])\+)"
    r"|(?P<tuplet>\(\d+(?::\d*){0,2})"
    r"|(?P<ending>\[\d[\d,-]*|(?<=[|:])\d[\d,-]*)"
    r"|(?P<bar>\[\|\]|:*\[?\|[|\]:]*|::+)"  # [|] is a bar line by itself, also before :|
    r"|(?P<short>[.~H-Wh-w])"
    r"|(?P<break>!)"
    r"|(?P<other>.)",
)


class Token(NamedTuple):
    """A piece of a line of music."""

    kind: str
    text: str


def tokens(line: str) -> Iterator[Token]:
    """The pieces of a line of music; joined, they are the line."""
    for match in _TOKENS.finditer(line):
        yield Token(str(match.lastgroup), match[0])


def plain(text: str) -> str:
    """The tune without what players are free to choose, and with `|:` where 4.8 begins a repeat.

    - `R:` is left out, since abc2midi swings tunes that are marked as hornpipes.
    - Decorations are left out, since both programs play a trill, a roll, a fermata or a staccato in their own way.
    - Chord symbols and annotations are left out: abc2midi plays the former, and mistakes some of the latter for them.
    - A `!` that ends a line (10.2.1) is left out; abc2midi skips the notes between two of them.
    - Grace notes lose their lengths, on which programs differ, so that a directive can make abc2midi play all short.
    - Inline fields of words are left out: abcjs reads some of them, such as `[N:...]`, as music.
    - `r:` is left out: both programs read a remark as music. So is `H:` in the body: abcjs reads all lines after it
      as history, up to the next field.
    - `%%MIDI` lines are left out except `transpose`: the rest set programs, drums, and how notes are shortened.
    - A repeat's end without a beginning goes back to the last double bar or repeat's end (4.8). The programs go back
      further, or guess, so the double bar becomes `|:`, and the repeat's end `::`.
    - Repeat signs get their usual spelling (4.8 asks programs to be liberal): abc2midi does not recognise `||:`.
    - A repeat's end that closes the last of several endings repeats nothing, since all passes are played by then. The
      programs repeat once more, or play the bars common to all passes once more.

    The body of a tune with macros (`m:`) is returned unchanged, since a letter may mean anything there.
    """
    head, body = _parted(text)
    head = [line for line in head if _stays(line) and not line.startswith("R:")]
    if not any(line.startswith("m:") for line in head):
        stripped = [(line, list(_stripped(line))) for line in body if _stays(line)]
        # A line that becomes empty is dropped, since an empty line would end the tune.
        music = [left for line, left in stripped if _text(left).strip() or not line.strip()]
        _with_endings_ended(music)
        _with_repeats_begun(music)
        _spelled(music)
        body = [_text(line) for line in music]
    return "\n".join([*head, *body]) + "\n"


def voices(text: str) -> int:
    """The number of voices in the tune, without overlays."""
    return max(1, len({"".join(name) for name in re.findall(r"^V:\s*(\S+)|\[V:\s*([^\s\]]+)", text, re.MULTILINE)}))


def _parted(text: str) -> tuple[list[str], list[str]]:
    """The lines up to the first `K:` and including it, and the rest."""
    lines = text.splitlines()
    key = next((place for place, line in enumerate(lines) if line.startswith("K:")), len(lines))
    return lines[: key + 1], lines[key + 1 :]


def _stays(line: str) -> bool:
    return not line.startswith("%%MIDI") or bool(_KEPT_DIRECTIVES.match(line))


def _stripped(line: str) -> Iterator[Token]:
    if _FIELD.match(line) or line.startswith("%"):
        if not line.startswith(("R:", "H:", "r:")):
            yield Token("line", line)
        return
    for token in tokens(line):
        if token.kind in ("comment", "decoration", "short", "break", "quoted"):
            continue
        if token.kind == "field" and token.text[1] not in _MUSICAL:
            continue
        yield Token("graces", re.sub(r"[/\d]", "", token.text)) if token.kind == "graces" else token


def _with_repeats_begun(lines: list[list[Token]]) -> None:
    """Turn a double bar into `|:`, or a repeat's end into `::`, if the next repeat's end goes back to it."""
    back: tuple[int, int] | None = None  # where a repeat's end would go back to
    opened = False
    for number, line in enumerate(lines):
        for place, (kind, bar) in enumerate(line):
            if kind == "ending" and place and line[place - 1].text.startswith(":"):
                back = None  # not the end of a section, since another ending follows
            if kind != "bar":
                continue
            ends, starts = bar.startswith(":"), bar.endswith(":")
            if ends and not opened and back:
                before = lines[back[0]][back[1]].text
                lines[back[0]][back[1]] = Token("bar", "::" if before.startswith(":") else "|:")
            if ends or starts:
                back, opened = (number, place) if ends and not starts else None, starts
            elif not opened and _is_double(bar):
                back = number, place


def _is_double(bar: str) -> bool:
    """Whether a bar line is drawn with more than one stroke; `[|]` is not drawn at all."""
    return ":" not in bar and len(bar) > 1 and bar != "[|]"


def _with_endings_ended(lines: list[list[Token]]) -> None:
    """Remove the repeat sign that closes a last ending, since nothing is left to repeat."""
    passes: set[int] = set()
    current: set[int] = set()
    last: tuple[int, int] | None = None  # a repeat's end that closes an ending

    def end() -> None:
        if last and len(passes) > 1 and passes == set(range(1, len(passes) + 1)) and current == {len(passes)}:
            bar = lines[last[0]][last[1]].text
            lines[last[0]][last[1]] = Token("bar", "|:" if bar.endswith(":") else "||")

    for number, line in enumerate(lines):
        for place, (kind, text) in enumerate(line):
            if kind == "ending":
                current, last = _passes(text), None
                passes |= current
            elif kind == "bar" and ":" in text:
                end()
                last = (number, place) if text.startswith(":") and passes else None
                if text.endswith(":") and not last:
                    passes = set()
            elif kind == "bar" and _is_double(text):
                end()
                passes, last = set(), None  # an ending ends there too (4.10)
            elif kind == "other" and text.strip() and last:
                end()
                last, passes = None, set()
    end()


def _spelled(lines: list[list[Token]]) -> None:
    """Give each repeat sign its usual spelling: abc2midi does not recognise `||:` and the like."""
    for line in lines:
        for place, (kind, bar) in enumerate(line):
            if kind == "bar" and ":" in bar:
                ends, starts = len(bar) - len(bar.lstrip(":")), len(bar) - len(bar.rstrip(":"))
                if ends + starts and set(bar) != {":"}:
                    line[place] = Token("bar", "::" if ends == starts == 1 else f"{':' * ends}|{':' * starts}")


def _passes(text: str) -> set[int]:
    """The passes of an ending such as `[1,3` or `2-4`."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", text):
        found |= set(range(int(first), min(int(last or first), 99) + 1))
    return found


def _text(line: list[Token]) -> str:
    return "".join(token.text for token in line)
