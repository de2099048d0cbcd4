"""The two reference pages of the guide: every command with its options, and every public name of the library.

`make docs` calls `write_pages`, which writes them into docs/reference from the app and the library themselves.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

import folkkeras
from folkkeras_cli.app import app

FOLDER = Path(__file__).resolve().parents[1] / "reference"

_COMMANDS = """# All options

What `folk --help` and `folk COMMAND --help` show. [Commands](../commands.md) explains it.
"""
_NAMES = """Public names
============

Everything that ``import folkkeras`` gives, by its docstrings. :doc:`../python` shows it at work.

.. py:module:: folkkeras
"""


def write_pages() -> None:
    """Write both pages, each only if it has changed, so that an unchanged one is not built again."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in (("commands.md", commands_page()), ("python.rst", names_page())):
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def commands_page() -> str:
    """The commands with their panels of options, in Markdown."""
    command: Any = typer.main.get_command(app)
    return "\n".join([_COMMANDS, *_sections(command, command.make_context("folk", [], resilient_parsing=True))])


def names_page() -> str:
    """The names of `folkkeras.__all__`, in reStructuredText for Sphinx's autodoc."""
    lines = [_NAMES]
    for name in sorted(folkkeras.__all__, key=str.lower):
        directive = ["autoclass", "   :members:"] if name[0].isupper() else ["autofunction"]
        lines += ["", f".. {directive[0]}:: folkkeras.{name}", *directive[1:]]
    return "\n".join([*lines, ""])


def _sections(command: Any, context: Any) -> Iterator[str]:
    yield f"## `{context.command_path}`\n"
    yield f"{_markdown(command.help)}\n"
    yield f"```text\n{' '.join([context.command_path, *command.collect_usage_pieces(context)])}\n```\n"
    panels: dict[str, list[str]] = {}
    for param in command.get_params(context):
        if not getattr(param, "hidden", False):
            usual = "Options" if param.opts[0].startswith("-") else "Arguments"
            panels.setdefault(getattr(param, "rich_help_panel", None) or usual, []).append(_row(param))
    for panel, rows in panels.items():
        yield "\n".join([f"| {panel} | |", "|---|---|", *rows, ""])
    if command.epilog:
        yield f"{_markdown(command.epilog).replace('` # ', '`: ')}\n"
    for name in getattr(command, "commands", ()):
        below = command.get_command(context, name)
        if not below.hidden:
            yield from _sections(below, below.make_context(name, [], parent=context, resilient_parsing=True))


def _row(param: Any) -> str:
    names = [*sorted(param.opts, key=len, reverse=True), *param.secondary_opts]  # the order of -h and --help varies
    if not names[0].startswith("-"):
        names = [param.metavar or param.name]
    value = f" {param.metavar}" if names[0].startswith("-") and param.metavar else ""
    needed = " [required]" if param.required else ""
    cells = (", ".join(f"`{name}{value}`" for name in names), _markdown(param.help) + needed)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _markdown(styled: str | None) -> str:
    """Rich's markup as Markdown: bold is code, as the docstrings have it."""
    text = Text.from_markup(styled or "")
    edges = {edge for span in text.spans for edge in (span.start, span.end) if "bold" in str(span.style)}
    return "".join("`" * (place in edges) + sign for place, sign in enumerate(f"{text.plain}\n")).removesuffix("\n")
