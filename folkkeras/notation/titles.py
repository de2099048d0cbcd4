"""Clean up a tune's title: remove a dance name after a dash, all capitals, and a final full stop."""

import re

TYPES = frozenset({
    "reel", "jig", "slip jig", "single jig", "double jig", "hornpipe", "strathspey", "march", "quick step", "waltz",
    "polka", "clog", "schottische", "slide", "set dance", "country dance", "fling", "highland fling", "barndance",
    "mazurka", "minuet", "quadrille", "gallop", "air",
})  # fmt: skip
_SAME_TYPES = {"slipjig": "slip jig", "quickstep": "quick step", "straspey": "strathspey"}
_BEHIND_A_DASH = re.compile(r"\s+--+\s*(.*)$")
_ARTICLE = re.compile(r"(.+),\s+(the|an?|da)$", re.IGNORECASE)  # as in an index
_ABBREVIATIONS = re.compile(r"(?:&c|etc|Esq|Jr|Sr|Co|\b[A-Z]|\.\.)\.$")
_SMALL = frozenset({"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"})
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def title_of(value: str) -> tuple[str, str]:
    """The title in a T field, and the tune type after a dash; the type may be an empty string."""
    title, type_ = " ".join(value.split()), ""
    if match := _BEHIND_A_DASH.search(title):
        name = match[1].strip(" .").lower()
        type_ = _SAME_TYPES.get(name, name)
        title = title[: match.start()]
    while (bare := _bare(title)) != title:  # one quirk can hide another, as in `Silken Cravat., The`
        title = bare
    return title or value, type_ if type_ in TYPES else ""


def _bare(title: str) -> str:
    """The title without its outermost quirk, such as a final full stop."""
    if title.isupper() and sum(map(str.isalpha, title)) > 3:
        return _in_small_letters(title)
    if not _ABBREVIATIONS.search(title) and title != (stripped := title.rstrip(" .,;:")):
        return stripped
    if len(title) > 2 and title[0] == title[-1] == '"' and '"' not in title[1:-1]:
        return title[1:-1].strip()
    if match := _ARTICLE.match(title):
        return f"{match[2].capitalize()} {match[1]}"
    return title


def _in_small_letters(title: str) -> str:
    """An all-capitals title in title case."""

    def word(match: re.Match[str]) -> str:
        small = match[0].lower()
        if small in _SMALL and match.start():
            return small
        # After an apostrophe a name has a capital (O'Neill), an ending does not (Neill's).
        head, *rest = small.split("'")
        tail = "".join("'" + (part.capitalize() if len(head) == 1 and len(part) > 2 else part) for part in rest)
        head = head.capitalize()
        if head.startswith("Mc") and len(head) > 3:
            head = "Mc" + head[2:].capitalize()
        return head + tail

    return _WORD.sub(word, title)
