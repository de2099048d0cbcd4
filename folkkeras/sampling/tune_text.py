"""Tunes in ABC notation that a notebook displays as scores with a player."""

import html

from folkkeras.errors import FolkError

_HEIGHT = 560  # pixels of the frame; a page of several tunes scrolls in it


class TuneText(str):
    """A string of tunes that a notebook displays as a page with scores and a player.

    Example:
        >>> folkkeras.load("runs/oneills-1/best.keras").generate(seed=7)
    """

    def _repr_html_(self) -> str:
        """The page in a frame of its own, or only the text if it contains no tune."""
        # Imported here, since generating text needs none of it.
        from folkkeras.music.reading import read_tunes
        from folkkeras.music.render.client import RenderClient
        from folkkeras.music.render.page import Entry, page_text
        from folkkeras.music.render.page.scores import Scores

        entries = []
        with RenderClient() as client:
            for tune in read_tunes(self):
                try:
                    # Only in the tune's own key, since a notebook saves what it displays.
                    scores = Scores.unpacked(client.render(tune, "score"))
                except FolkError:
                    scores = None
                entries.append(Entry(tune, scores))
        if not entries:
            return f"<pre>{html.escape(self)}</pre>"
        title = ", ".join(filter(None, (entry.tune.title for entry in entries))) or "Tunes"
        page = html.escape(page_text(entries, title, {}))
        # Printing opens a modal dialog.
        return (
            f'<iframe srcdoc="{page}" title="{html.escape(title)}" '
            'sandbox="allow-scripts allow-downloads allow-modals" '
            f'style="width: 100%; height: {_HEIGHT}px; border: 0"></iframe>'
        )
