"""The tokens of a line of music: one pattern, shared by the parser and all code that rewrites music.

Source: the ABC standard 2.1, section 4, and section 10 for outdated syntax.
"""

import re

# Section 4.14, and `roll`, which its table lists as the meaning of `~`.
DECORATIONS = frozenset({
    "trill", "trill(", "trill)", "lowermordent", "uppermordent", "mordent", "pralltriller", "roll", "turn", "turnx",
    "invertedturn", "invertedturnx", "arpeggio", ">", "accent", "emphasis", "fermata", "invertedfermata", "tenuto",
    "0", "1", "2", "3", "4", "5", "+", "plus", "snap", "slide", "wedge", "upbow", "downbow", "open", "thumb", "breath",
    "pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "sfz", "crescendo(", "<(", "crescendo)", "<)",
    "diminuendo(", ">(", "diminuendo)", ">)", "segno", "coda", "D.S.", "D.C.", "dacoda", "dacapo", "fine",
    "shortphrase", "mediumphrase", "longphrase", "staccato", "nil",
})  # fmt: skip
# Written by other programs. These are not shown, but would otherwise be read as notes between line breaks.
_FOREIGN = ("8va(", "8va)", "8vb(", "8vb)", "15ma(", "15ma)", "^", "/", "//", "///", "~(", "~)", "-(", "-)", ".(", ".)")
SHORT_FORMS = {  # section 4.14: letters that stand for a decoration unless a U field redefines them
    ".": "staccato", "~": "roll", "H": "fermata", "L": "accent", "M": "lowermordent", "O": "coda",
    "P": "uppermordent", "S": "segno", "T": "trill", "u": "upbow", "v": "downbow",
}  # fmt: skip

_LENGTH = r"\d*(?:/+\d*)?"
_KNOWN = "|".join(re.escape(name) for name in sorted({*DECORATIONS, *_FOREIGN}, key=len, reverse=True))
_LIKE_NOTES = r"""[A-Ga-gxyzXZ\d\s,'^_=/<>()\[\].~"uvTHLMOPS-]+"""

# Each group is named after its token; the most frequent tokens come first.
TOKEN = re.compile(
    rf"(?P<note>(?:\^\^?|__?|=)?[A-Ga-g][,']*{_LENGTH})"
    r"|(?P<space>[ \t]+)"
    # A colon belongs to the bar line that it touches; `[` begins a bar line only before `|`.
    r"|(?P<bar>\[\|\]|\.?:*\[?\|[|\]]*:*|::+|:\])"
    r"|(?P<ending>\[\d[\d,-]*|(?<=[|:])\d[\d,-]*)"
    r"|(?P<tuplet>\(\d+(?::\d*){0,2})"
    r"|(?P<slur>\.?\()|(?P<slur_end>\))"
    r"|(?P<broken><+|>+)"
    r"|(?P<tie>\.?-)"
    r'|(?P<quoted>"[^"]*(?:"|$))'
    r"|(?P<grace>\{[^{}]*\})"
    rf"|(?P<rest>[zxZX]{_LENGTH})"
    rf"|(?P<spacer>y{_LENGTH})"
    r"|(?P<inline>\[[A-Za-z]:[^\]]*\])"
    rf"|(?P<chord>\[)|(?P<chord_end>\]{_LENGTH})"
    # A name contains no bar line or bracket (4.14); music between two `!` is between two line breaks (10.2.1).
    rf"|(?P<decoration>!(?:{_KNOWN}|(?!{_LIKE_NOTES}!)[^!|\[\]]+)!|\+(?:{_KNOWN}|[A-Za-z.]*[H-Zh-z][A-Za-z.]*[()]?)\+)"
    r"|(?P<mark>[.~H-Wh-w])"
    r"|(?P<overlay>&+)"
    r"|(?P<colon>:)"
    rf"|(?P<old_chord>\+(?=[\^_=,'/\d\s]*[A-Ga-g])[A-Ga-g^_=,'/\d\s]*\+{_LENGTH})"  # +CEG+ of ABC 1.6
    r"|(?P<nothing>`+|[!$*]|\\\s*$|=(?:20|3D))"  # beams, line breaks, joins, quoted-printable codes
    r"|(?P<other>.)"
)
NOTE = re.compile(r"(\^\^?|__?|=)?([A-Ga-g])([,']*)(\d*)((?:/+\d*)?)")
ACCIDENTALS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
