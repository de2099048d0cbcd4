"""The core needs no package of an extra, and what needs one says so in a line, with the pip command."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from support.terminal import fails

from folkkeras.extras import EXTRAS

PROJECT = Path(__file__).parents[1]
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WITHOUT = """import sys
for module in {modules}:
    sys.modules[module] = None  # an import of it fails, as if it were not installed
from folkkeras_cli.main import main
sys.argv = ["folk", {words}]
main()
"""
COMMANDS = {
    "compose": "compose celtic --no-browser --port 0",
    "book": "render tune.abc --to pdf",
    "onnx": "export celtic --out celtic.onnx",
    "evaluate": "evaluate celtic",
    "download": "corpus stats irish",
}


def without(modules: set[str], command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `folk` in a process that lacks some modules."""
    (folder / "tune.abc").write_text("X:1\nT:A\nM:4/4\nL:1/8\nK:D\nABcd efga|]\n")
    script = WITHOUT.format(modules=modules, words=", ".join(map(repr, command.split())))
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, env=environment)


def names(requirements: list[str]) -> list[str]:
    return [re.match(r"[\w.-]+", each)[0] for each in requirements]


def imported() -> set[str]:
    """The modules outside the standard library and the project that its two packages import."""
    found: set[str] = set()
    for path in [*(PROJECT / "folkkeras").rglob("*.py"), *(PROJECT / "cli").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"folkkeras", "folkkeras_cli"}


def test_the_extras_are_those_of_the_package() -> None:
    declared = {name: names(packages) for name, packages in DECLARED["optional-dependencies"].items()}
    assert {name: list(packages.values()) for name, packages in EXTRAS.items()} == {
        name: packages for name, packages in declared.items() if name not in ("dev", "docs", "all")
    }
    assert DECLARED["optional-dependencies"]["all"] == [f"folkkeras[{','.join(EXTRAS)}]"]


def test_every_imported_package_is_a_dependency_or_in_an_extra() -> None:
    known = {name.lower() for name in names(DECLARED["dependencies"])}
    known |= {package for packages in EXTRAS.values() for package in packages.values()}
    owners = packages_distributions()
    for module in imported():
        assert {re.sub(r"[_.]", "-", owner.lower()) for owner in owners[module]} & known, module


@pytest.mark.parametrize("extra", EXTRAS)
def test_a_command_without_its_extra_names_the_pip_command(extra: str, tmp_path: Path) -> None:
    package = next(iter(EXTRAS[extra].values()))
    done = without(set(EXTRAS[extra]), COMMANDS[extra], tmp_path)
    fails(done, 1, f"the package {package} is missing: pip install 'folkkeras[{extra}]', or pip install {package}")


@pytest.mark.parametrize(
    "command",
    [
        "sample celtic --seed 1 --key D --max-copy 40 --candidates 2",
        "train ryans --steps 1 --units 8 --name one",
        "render tune.abc --to svg --to wav",
        "rewrite tune.abc --model celtic --bars 1 --seed 1",
        "tensorboard --help",
    ],
)
def test_other_commands_need_no_extra(command: str, tmp_path: Path) -> None:
    modules = {module for packages in EXTRAS.values() for module in packages}
    done = without(modules, command, tmp_path)
    assert done.returncode == 0, done.stderr
