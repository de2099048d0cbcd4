"""Tunes as folk-rnn reads and writes them: tokens separated by spaces, and no X field.

A blank line ends a tune. It has a metre and a key, in some versions also a title; the unit note length is an eighth.
In the third version all tunes have the tonic C, and a key is a mode alone, such as `K:maj`.

Source: Sturm et al., Music transcription modelling and composition using deep learning (arXiv:1604.08723), and
github.com/IraKorshunova/folk-rnn.
"""

import re
from collections.abc import Iterator

from folkkeras.importing.notes import Notes

_START = re.compile(r"\s*(?:T:[^\n]*\n\s*)?\[?M:\s*\d+/\d+\]?\s+\[?K:\s*\w+\]?\s")
_BLOCK = re.compile(r"\S(?:.|\n(?!\s*\n))*")
_FIELD = re.compile(r"\[?([MKL]):\s*([^\s\]]+)\]?")
_ENDS = {"<s>", "</s>"}  # tokens before and after a tune
_MODE = re.compile(r"maj|min|dor|mix|lyd|phr|loc|ion|aeo", re.IGNORECASE)
_BAR = re.compile(r"[|:\[\]]*\|[|:\]]*\d?|::|:?\|[12]")


def is_folk_rnn(text: str) -> bool:
    """Whether a text begins like a file of folk-rnn's tokens."""
    return bool(_START.match(text[:4_096])) and not re.search(r"^X:", text, re.MULTILINE)


def tunes(text: str, notes: Notes) -> Iterator[str]:
    """Yield the tunes as ABC, numbered from X:1 on."""
    number = 0
    for match in _BLOCK.finditer(text):
        tune = _abc_of(match[0])
        if not tune:
            notes.skipped["blocks without a metre, a key or notes"] += 1
            continue
        number += 1
        yield f"X:{number}\n{tune}\n\n"


def _abc_of(block: str) -> str:
    title, fields, tokens = "", dict[str, str](), list[str]()
    for line in block.split("\n"):
        if line.startswith("T:") and not tokens:
            title = line[2:].strip()
            continue
        # `M: 4/4` and `M:4/4` are one field
        for token in re.sub(r"(?<!\S)(\[?[MKL]:)\s+", r"\1", line).split():
            if not tokens and (field := _FIELD.fullmatch(token)):
                fields[field[1]] = field[2]
            elif token not in _ENDS:
                tokens.append(token)
    if not tokens or not {"M", "K"} <= fields.keys():
        return ""
    key = f"C{fields['K']}" if _MODE.match(fields["K"]) else fields["K"]
    head = [f"T:{title}"] if title else []
    head += [f"M:{fields['M']}", f"L:{fields.get('L', '1/8')}", f"K:{key}"]
    # Spaces stand around bar lines alone: which notes a beam joins is not in the tokens.
    music = "".join(f" {token} " if _BAR.fullmatch(token) else token for token in tokens)
    return "\n".join([*head, " ".join(music.split())])
