"""The lab's notebook runs from its first cell to its last, and tunes in a notebook show a score and a player."""

import html
import re
from pathlib import Path

import nbclient
import nbformat

from folkkeras.sampling.tune_text import TuneText

NOTEBOOK = Path(__file__).parents[2] / "docs" / "lab.ipynb"
TUNE = "X:1\nT:A & B\nM:4/4\nL:1/8\nK:D\nABcd efga|]\n"


def test_the_lab_notebook_runs_and_shows_a_new_tune() -> None:
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(book, timeout=600, kernel_name="python3").execute()
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    losses = eval(cells[3].outputs[-1].data["text/plain"])
    assert losses[-1] < losses[0] < 5
    assert 1 < float(cells[4].outputs[-1].data["text/plain"]) < 4
    assert "<svg" in html.unescape(cells[1].outputs[-1].data["text/html"])
    assert cells[5].outputs[-1].data["text/html"].startswith("<iframe srcdoc=")


def test_the_notebook_is_saved_without_outputs() -> None:
    book = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.outputs and cell.execution_count is None for cell in book.cells if cell.cell_type == "code")


def test_the_notebook_has_no_call_that_only_colab_has() -> None:
    book = nbformat.read(NOTEBOOK, as_version=4)
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    assert not re.search(r"^\s*[!%]|google|colab|get_ipython|/content|apt", code, re.MULTILINE)
    imported = {
        each.split()[1].partition(".")[0] for each in code.splitlines() if each.startswith(("import ", "from "))
    }
    assert imported == {"keras", "folkkeras"}


def test_a_tune_text_is_a_string_with_an_html_representation() -> None:
    text = TuneText(TUNE)
    assert text == TUNE
    page = html.unescape(text._repr_html_())
    assert "<svg" in page
    assert 'class="player"' in page
    assert "A &amp; B" in page
    assert TuneText("no <tune>")._repr_html_() == "<pre>no &lt;tune&gt;</pre>"
