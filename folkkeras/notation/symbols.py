"""Names of decorations: U field definitions and synonyms. Source: the ABC standard 2.1, sections 4.14 and 4.16."""

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
    """The letter that a U field defines, and its decoration; None if the field defines nothing."""
    match = _USER.fullmatch(value.strip())
    if match is None:
        return None
    return match[1], match[2].strip().strip("!+").strip()


def decoration_name(name: str) -> str:
    """A decoration's canonical name, such as "accent" for `>` and "crescendo(" for `<(`."""
    return _SAME.get(name, name)
