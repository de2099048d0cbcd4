"""The commands, Python code, output and links of the README and the guide agree with the program."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from support.terminal import FOLK

from folkkeras.config import TrainingConfig
from folkkeras.sweeps.drawing import trials_of
from folkkeras.sweeps.toml import read_sweep
from folkkeras_cli.app import app

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
MAX_LINES = 250
MAX_WIDTH = 120
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_INLINE_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code in a page, and the output that the page shows for it."""

    page: Path
    language: str
    code: str
    line: int  # line of the page where the code begins, from 1
    output: str  # the text block right below it; empty if there is no such block


def blocks(*pages: Path) -> Iterator[Block]:
    for page in pages:
        text = page.read_text()
        found = list(_FENCE.finditer(text))
        for number, match in enumerate(found):
            below = found[number + 1] if number + 1 < len(found) else None
            is_output = below and below[2] == "text" and not text[match.end() : below.start()].strip()
            output = below[3] if below and is_output else ""
            yield Block(page, match[2], match[3], text.count("\n", 0, match.start(3)) + 1, output)


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", page.read_text())


def command_lines() -> list[list[str]]:
    """The words of all commands, in shell blocks and within the text."""
    lines = [line for block in blocks(*PAGES) if block.language == "sh" for line in block.code.splitlines()]
    lines += [code for page in PAGES for code in _INLINE_CODE.findall(prose(page))]
    found: set[tuple[str, ...]] = set()
    for line in lines:
        if re.match(r"\s*folk\s", line) and "COMMAND" not in line:
            lexer = shlex.shlex(line, posix=True, punctuation_chars="|")
            lexer.whitespace_split = True
            words = list(lexer)
            while words:
                end = words.index("|") if "|" in words else len(words)
                found.add(tuple(words[:end]))
                words = words[end + 1 :]
    return sorted(map(list, found))


def commands() -> list[str]:
    """The commands that `folk` lists, such as `runs show`."""
    names = [str(command.name) for command in app.registered_commands if not command.hidden]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        if group.typer_instance.registered_callback:  # the group runs without a subcommand
            names.append(str(group.name))
        names += [f"{group.name} {command.name}" for command in group.typer_instance.registered_commands]
    return names


@cache
def help_of(*command: str) -> str:
    words = [str(FOLK), *command, "--help"]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(page.read_text())
    }


def test_the_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lines_of_prose_are_not_too_long(page: Path) -> None:
    lines = [line for line in prose(page).splitlines() if not line.startswith("|") and "](http" not in line]
    assert [line for line in lines if len(line) > MAX_WIDTH] == []


def test_every_command_is_in_the_table_of_the_readme() -> None:
    rows = re.findall(r"^\| `folk ([a-z ]+)` \|", README.read_text(), flags=re.MULTILINE)
    assert sorted(rows) == sorted(commands())


def test_every_command_has_a_section_in_the_guide() -> None:
    sections = re.findall(r"^#+ `folk ([a-z ]+)`$", (ROOT / "docs" / "commands.md").read_text(), flags=re.MULTILINE)
    assert sorted(sections) == sorted(commands())


@pytest.mark.parametrize("words", command_lines(), ids=" ".join)
def test_every_option_in_a_command_line_exists(words: list[str]) -> None:
    assert words[0] == "folk"
    names = words[1:3] if " ".join(words[1:3]) in commands() else words[1:2]
    if names[0].startswith("-"):  # an option of `folk` itself
        names = []
    shown = help_of(*names)
    for word in words:
        if word.startswith("--"):
            assert re.search(rf"(?<![\w-]){word}(?![\w-])", shown), word


@pytest.mark.parametrize(
    "page", [README, ROOT / "docs" / "python.md", ROOT / "docs" / "coming-from-the-lab.md"], ids=lambda page: page.name
)
def test_python_code_prints_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    code = ""
    found = [block for block in blocks(page) if block.language == "python"]
    for block in found:
        code += "\n" * (block.line - 1 - code.count("\n")) + block.code  # so that an error names the page's line
    script = tmp_path / "page_code.py"
    script.write_text(code)
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
    for block in found:
        assert block.output in done.stdout


@pytest.mark.parametrize(
    "block",
    [block for block in blocks(*PAGES) if block.language == "sh" and "--seed" in block.code and block.output],
    ids=lambda block: block.code.strip(),
)
def test_a_seeded_command_prints_what_the_page_shows(block: Block, tmp_path: Path) -> None:
    path = f"{FOLK.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if name != "FOLK_RUNS"} | {"PATH": path}
    done = subprocess.run(
        block.code, shell=True, cwd=tmp_path, capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.stdout == block.output, done.stderr


def test_every_sweep_in_the_guide_can_be_trained(tmp_path: Path) -> None:
    found = [block.code for block in blocks(*PAGES) if block.language == "toml"]
    assert len(found) == 2
    for code in found:
        (tmp_path / "sweep.toml").write_text(code)
        for trial in trials_of(read_sweep(tmp_path / "sweep.toml")):
            assert TrainingConfig(**trial)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_has_a_target(page: Path) -> None:
    for target in _LINK.findall(prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        path = page.parent / name if name else page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = {match for page in PAGES for match in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE)}
    assert named <= targets
