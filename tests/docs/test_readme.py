"""The README and the pages it names tell the truth about the commands: what they show can be typed."""

import re
import shlex
from pathlib import Path

import pytest
from support.terminal import Folk

from folkkeras_cli.app import app

README = Path(__file__).parents[2] / "README.md"
PAGES = [README, *sorted((README.parent / "docs").glob("*.md"))]
BLOCKS = [block for page in PAGES for block in re.findall(r"``` *sh\n(.*?)```", page.read_text(), flags=re.DOTALL)]
LINES = sorted({line.strip() for block in BLOCKS for line in block.splitlines() if line.strip().startswith("folk ")})


def test_every_command_is_in_the_readme() -> None:
    text = README.read_text()
    names = [command.name for command in app.registered_commands]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        names.append(group.name)
        names += [f"{group.name} {command.name}" for command in group.typer_instance.registered_commands]
    assert {name for name in names if f"### `folk {name}`" not in text} <= {"corpus"}


@pytest.mark.parametrize("line", LINES)
def test_every_command_line_has_options_that_exist(folk: Folk, line: str) -> None:
    words = shlex.split(line.replace("$'", "'"), comments=True)[1:]
    command = words[:2] if words[0] in ("runs", "corpus") and words[1:2] and words[1][0] != "-" else words[:1]
    said = folk(*command, "--help").stdout
    for word in words:
        if word.startswith("--"):
            assert re.search(rf"(?<![\w-]){word}(?![\w-])", said), word


def test_its_pictures_and_files_are_there() -> None:
    for target in re.findall(r"\]\((?!http|#)([^)]+)\)", README.read_text()):
        assert (README.parent / target).exists(), target
