"""The names of decorations: what a U field defines, and one name for those that have two. Standard 4.14 and 4.16."""

import re

_USER = re.compile(r"([H-Wh-w~.])\s*=\s*(.*)")
_SAME = {
    ">": "accent",
    "emphasis": "accent",
    "+": "plus",
    "mordent": "lowermordent",
    "pralltriller": "uppermordent",
    "<(": "crescendo(",
    "<)": "crescendo)",
    ">(": "diminuendo(",
    ">)": "diminuendo)",
}


def user_symbol(value: str) -> tuple[str, str] | None:
    """What a U field defines: a letter and the decoration that it stands for; None where it defines none."""
    match = _USER.fullmatch(value.strip())
    if match is None:
        return None
    return match[1], match[2].strip().strip("!+").strip()


def decoration_name(name: str) -> str:
    """A decoration's one name, such as "accent" for `>` and "crescendo(" for `<(`."""
    return _SAME.get(name, name)
