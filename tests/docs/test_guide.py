"""The built guide leads to every page, and its reference names every command, option and public name."""

import runpy
from pathlib import Path

import pytest
from support.terminal import Folk

import folkkeras
from folkkeras_cli.app import app

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = runpy.run_path(str(DOCS / "tools" / "reference.py"))
COMMANDS = REFERENCE["commands_page"]()


def section(command: str) -> str:
    return COMMANDS.split(f"\n## `{command}`\n")[1].split("\n## ")[0]


def test_the_navigation_leads_to_every_page_once() -> None:
    listed = [page for pages in runpy.run_path(str(DOCS / "conf.py"))["NAVIGATION"].values() for page in pages]
    pages = {path.stem for path in (*DOCS.glob("*.md"), *DOCS.glob("*.ipynb"))}
    above = {f"../{path.stem}" for path in DOCS.parent.glob("*.md")} - {"../README"}  # which is the first page
    made = {"reference/commands", "reference/python", "../folkkeras/pretrained/model-card"}
    assert sorted(listed) == sorted(pages | above | made)


@pytest.mark.parametrize("command", ["", *(str(each.name) for each in app.registered_commands if not each.hidden)])
def test_the_reference_shows_what_the_help_shows(folk: Folk, command: str) -> None:
    shown = folk(*command.split(), "--help", env={"COLUMNS": "2000"}).stdout
    page = " ".join(section(f"folk {command}".strip()).split())
    rows = [line.strip("│* ").split("  ") for line in shown.splitlines() if line.startswith("│ ")]
    assert rows
    for first, *rest in rows:
        if command or first.startswith("-"):
            assert first.split(",")[0] in page
            assert rest[-1].replace("|", "\\|").strip() in page.replace("`", "")


def test_the_reference_has_the_commands_of_groups_and_all_public_names() -> None:
    for group in app.registered_groups:
        for command in group.typer_instance.registered_commands:
            assert section(f"folk {group.name} {command.name}")
    assert "What to write" in section("folk sample")
    names = REFERENCE["names_page"]()
    assert all(f":: folkkeras.{name}\n" in names for name in folkkeras.__all__)
