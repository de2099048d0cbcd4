"""The help of all commands: there, short, with examples, and understood by other spellings."""

import re
from pathlib import Path

import pytest
import typer
from support.terminal import Folk

from folkkeras_cli.app import app


def commands_of(typer_app: typer.Typer, before: str = "") -> list[str]:
    """The names of all commands; those in groups are preceded by the group's name."""
    found = [f"{before}{each.name}" for each in typer_app.registered_commands if not each.hidden]
    for group in typer_app.registered_groups:
        found += [f"{group.name}", *commands_of(group.typer_instance, f"{group.name} ")]
    return found


COMMANDS = commands_of(app)


def test_version_and_help(folk: Folk) -> None:
    assert re.fullmatch(r"folkkeras \d+\.\d+\.\d+\n", folk("--version").stdout)
    done = folk("--help")
    for command in app.registered_commands:
        assert command.hidden or f" {command.name} " in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(folk: Folk, command: str) -> None:
    done = folk(*command.split(), "--help")
    assert done.returncode == 0
    assert f"folk {command}" in done.stdout.split("Example", 1)[1]


def test_help_is_also_a_command_and_other_spellings_are_accepted(folk: Folk, tmp_path: Path) -> None:
    assert "likelihood" in folk("help").stdout
    assert folk("help", "runs", "show").stdout == folk("runs", "show", "--help").stdout
    (tmp_path / "a.abc").write_text("X:1\nT:A\nM:4/4\nL:1/8\nK:D\nA8|]\n")
    assert folk("render", "a.abc", "--to", "MID", "--instrument", "Fiddle").returncode == 0
    done = folk("sample", "celtic", "--meter", "6/8", "--type", "jgi", "--seed", 1)
    assert "did you mean --type jig?" in done.stderr


def test_help_shows_no_types_of_flags_and_has_short_summaries(folk: Folk) -> None:
    for command in COMMANDS:
        shown = folk(*command.split(), "--help").stdout
        assert not re.search(r"<[a-z]", shown)
        assert "(--no" not in shown
        assert max(map(len, shown.splitlines())) <= 200
    lines = folk("--help", env={"COLUMNS": "120"}).stdout.splitlines()
    summaries = [line.strip("│ ").split(maxsplit=1) for line in lines if line.startswith("│ ")]
    assert all(len(words[1].split()) < 10 for words in summaries if words[0] in COMMANDS)
