"""Check the built wheel and source distribution, and the `folk` of an environment that the wheel was installed in.

    python tests/installed.py dist .venv-empty/bin/folk

The wheel must hold every file of the two packages, the source distribution every file that a packager needs, and `folk`
must write the README's first tune.
"""

import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
MADE = {"__pycache__", "reference", "folkkeras.egg-info"}  # folders of made files
LARGEST = 2**24  # bytes of a distribution; the pretrained model has half of them


def files(*folders: str) -> Iterator[Path]:
    """The files in folders of the project, relative to it."""
    for folder in folders:
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.is_file() and not MADE & set(path.parts):
                yield path.relative_to(PROJECT)


def check(found: set[str], needed: set[str], path: Path) -> None:
    """Fail if a distribution lacks a file, holds a made one, or is too large."""
    if lacking := needed - found:
        raise SystemExit(f"{path} lacks {', '.join(sorted(lacking))}")
    if made := [name for name in found if MADE & set(Path(name).parts[:-1])]:
        raise SystemExit(f"{path} holds {', '.join(made)}")
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path} has more than {LARGEST:,} bytes")


def check_wheel(path: Path) -> None:
    """All files of the packages are in the wheel."""
    with zipfile.ZipFile(path) as wheel:
        check(set(wheel.namelist()), {each.as_posix().removeprefix("cli/") for each in files("folkkeras", "cli")}, path)


def check_source(path: Path) -> None:
    """All files of the packages, the tests and the guide are in the source distribution, and those of the root."""
    with tarfile.open(path) as archive:
        found = {name.partition("/")[2] for name in archive.getnames() if "egg-info" not in name}
    root = {each.name for each in PROJECT.glob("[A-Z]*") if each.is_file()} | {"pyproject.toml"}
    check(found, {each.as_posix() for each in files("folkkeras", "cli", "docs", "tests")} | root, path)


def check_tune(folk: Path) -> None:
    """The README's first tune is what the installed program writes."""
    command, tune = re.findall(
        r"```sh\nfolk ([^\n]*)\n```\n+```text\n(.*?)```", (PROJECT / "README.md").read_text(), re.S
    )[0]
    with tempfile.TemporaryDirectory() as folder:  # outside the project, whose packages it must not import
        done = subprocess.run([folk, *command.split()], cwd=folder, capture_output=True, text=True)
        if done.stdout != tune:
            raise SystemExit(f"folk {command} wrote\n{done.stdout}{done.stderr}and not\n{tune}")


def main() -> None:
    """Check all three."""
    folder, folk = map(Path, sys.argv[1:])
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    check_wheel(wheel)
    check_source(source)
    check_tune(folk.absolute())
    print(f"{wheel} and {source}: complete, and the wheel writes the README's first tune")


if __name__ == "__main__":
    main()
