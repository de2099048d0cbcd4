"""Tunes in ABC notation that show themselves in a notebook: their scores, and a player."""

import html

from folkkeras.errors import FolkError

_HEIGHT = 560  # pixels of the frame; a page of several tunes scrolls in it


class TuneText(str):
    """A text of tunes, a string like any other; a notebook shows it as a page with scores and a player.

    Example:
        >>> folkkeras.load("runs/oneills-1/best.keras").generate(seed=7)
    """

    def _repr_html_(self) -> str:
        """The page in a frame of its own, or the text alone where there is no tune in it."""
        # Imported here, since drawing text needs none of it.
        from folkkeras.music.reading import read_tunes
        from folkkeras.music.render.client import Workshop
        from folkkeras.music.render.page import Entry, page_text
        from folkkeras.music.render.page.scores import Scores

        entries = []
        with Workshop() as workshop:
            for tune in read_tunes(self):
                try:
                    # Not in all keys: a notebook keeps what it shows.
                    scores = Scores.unpacked(workshop.render(tune, "score"))
                except FolkError:
                    scores = None
                entries.append(Entry(tune, scores))
        if not entries:
            return f"<pre>{html.escape(self)}</pre>"
        title = ", ".join(filter(None, (entry.tune.title for entry in entries))) or "Tunes"
        page = html.escape(page_text(entries, title, {}))
        # A print is a modal.
        return (
            f'<iframe srcdoc="{page}" title="{html.escape(title)}" '
            'sandbox="allow-scripts allow-downloads allow-modals" '
            f'style="width: 100%; height: {_HEIGHT}px; border: 0"></iframe>'
        )
