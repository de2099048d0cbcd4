"""How Sphinx builds the guide (`make docs`): from the repository's pages as they are, with the README as the first.

The source folder is the repository's root, so that the links in its pages are the same here and on the host of the
code. The two pages of docs/reference are made from the app and from the library, see docs/tools/reference.py.
"""

import os
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "tools"))

# The pages in the order in which a reader may need them; Sphinx warns of a page that is missing here.
NAVIGATION = {
    "Commands": [
        "commands",
        "reference/commands",
        "rewriting",
        "evaluation",
        "runs",
        "sweeps",
        "serving",
        "several-machines",
    ],
    "Tunes": ["corpora", "formats", "normal-form", "reading-abc"],
    "Python": ["python", "reference/python", "export"],
    "The 6.S191 lab": ["coming-from-the-lab", "lab"],
    "How it works": ["features", "recipe", "../folkkeras/pretrained/model-card", "benchmarks"],
    "The project": ["../SECURITY", "faults", "licences", "development", "../CONTRIBUTING", "../CHANGELOG"],
}

project = "folkkeras"
author = project_copyright = "The folkkeras authors"
release = metadata.version("folkkeras")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "README"
include_patterns = ["*.md", "docs/**", "folkkeras/pretrained/*.md"]
exclude_patterns = [".*", "build", "dist", "runs", "cli", "tests", "docs/tools"]

myst_heading_anchors = 4
nb_execution_mode = "off"  # a test runs the notebook
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
default_role = "code"  # the docstrings mark code with single backticks
napoleon_numpy_docstring = False

html_theme = "furo"
html_static_path = ["guide.css"]
html_css_files = ["guide.css"]
html_title = "folkkeras"
html_show_sourcelink = False
html_show_sphinx = False


def _add_navigation(app: Any, docname: str, source: list[str]) -> None:
    """Give the README the tree of all pages, which would be noise on the host of the code."""
    if docname == root_doc:
        for caption, pages in NAVIGATION.items():
            entries = "\n".join(os.path.normpath(f"docs/{page}") for page in pages)
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{entries}\n```\n"


def _open_in_browser(app: Any, doctree: Any) -> None:
    """Let a link to the page of tunes open it; Sphinx would save it as a file."""
    from docutils import nodes
    from sphinx.addnodes import download_reference

    for node in list(doctree.findall(download_reference)):
        if node["reftarget"].endswith(".html"):
            node.replace_self(nodes.reference("", "", *node.children, refuri=node["reftarget"], internal=True))


def _add_files(app: Any, exception: Exception | None) -> None:
    """Add the page of tunes, and an index that leads to the first page."""
    shutil.copy(DOCS / "tunes.html", Path(app.outdir) / "docs")
    (Path(app.outdir) / "index.html").write_text('<meta http-equiv="refresh" content="0; url=README.html">\n')


def _write_reference(app: Any) -> None:
    """Write the pages that are made from the app and from the library."""
    from reference import write_pages

    from folkkeras_cli.tensorflow_startup import start_tensorflow

    start_tensorflow(running=False)  # without its messages, before autodoc imports it
    write_pages()


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("builder-inited", _write_reference)
    app.connect("source-read", _add_navigation)
    app.connect("doctree-read", _open_in_browser, priority=100)  # before Sphinx collects the files to save
    app.connect("build-finished", _add_files)
