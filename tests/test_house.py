"""The project's structure: one error tree, public names with types, import rules, and a fast terminal."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import folkkeras
from folkkeras import errors

PROJECT = Path(__file__).parents[1]


def test_every_error_is_a_folk_error_and_in_the_module_docstring() -> None:
    for name, kind in vars(errors).items():
        if isinstance(kind, type):
            assert issubclass(kind, errors.FolkError)
            assert name in (errors.__doc__ or "")


def test_public_names_exist_and_have_docstrings() -> None:
    for name in folkkeras.__all__:
        assert getattr(folkkeras, name).__doc__
    assert re.fullmatch(r"\d+\.\d+\.\d+", folkkeras.__version__)


def test_lint_checks_the_types_of_every_public_name() -> None:
    script = (PROJECT / "tests" / "public_names.py").read_text(encoding="utf-8")
    used = set(re.findall(r"folkkeras\.(\w+)", script))
    assert set(folkkeras.__all__) <= used


def test_public_names_have_types(tmp_path: Path) -> None:
    """mypy reports wrong uses, so the names do not have the type Any."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import folkkeras\nfolkkeras.TuneRequest(count='two')\nfolkkeras.no_such_name\n")
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-incremental", str(wrong)]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True).stdout
    assert '"count" to "TuneRequest" has incompatible type' in found
    assert "no_such_name" in found


def test_help_imports_no_tensorflow() -> None:
    code = (
        "import sys\nfrom folkkeras_cli.app import app\n"
        "try: app(['train', '--help'])\nexcept SystemExit: pass\n"
        "assert not {'tensorflow', 'keras', 'music21'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_sampling_a_tune_imports_no_tensorflow() -> None:
    code = (
        "import sys\nfrom folkkeras_cli.app import app\n"
        "try: app(['sample', 'celtic', '--complete', '--seed', '1'])\nexcept SystemExit: pass\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("X:1\n")


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("folkkeras/music/tune.py", "import folkkeras.training.train", "Imports between rooms go down only"),
        ("folkkeras/notation/keys.py", "from folkkeras.corpus import corpus", "Imports between rooms go down only"),
        ("folkkeras/model/lstm.py", "from folkkeras_cli import console", "The library knows no terminal"),
        ("folkkeras/music/tune.py", "from folkkeras.music import reading", "Imports within a room form no circle"),
        ("folkkeras/sampling/sampler.py", "import folkkeras", "No room imports the package's root"),
    ],
)
def test_a_forbidden_import_fails_lint(tmp_path: Path, module: str, line: str, contract: str) -> None:
    for name in ("folkkeras", "cli", "pyproject.toml"):
        (shutil.copytree if (PROJECT / name).is_dir() else shutil.copy)(PROJECT / name, tmp_path / name)
    with (tmp_path / module).open("a") as file:
        file.write(f"\n{line}\n")
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache"]
    environment = {"PYTHONPATH": f"{tmp_path}:{tmp_path / 'cli'}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert any(each.startswith(contract) and each.endswith("BROKEN") for each in done.stdout.splitlines())


# Names in os and signal that Windows or macOS lacks, and modules that are not on every system.
NOT_EVERYWHERE = {
    "os": "fork forkpty getuid geteuid getgid getpgid getloadavg killpg mkfifo nice pipe2 posix_fadvise posix_spawn "
    "sched_getaffinity sched_setaffinity sendfile setpgid setsid splice statvfs sync uname wait wait3 wait4",
    "signal": "alarm pause pthread_kill pthread_sigmask set_wakeup_fd setitimer sigpending sigtimedwait sigwait "
    "sigwaitinfo siginterrupt SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGQUIT SIGUSR1 SIGUSR2 SIGWINCH",
}
NOT_EVERYWHERE_MODULES = {"fcntl", "grp", "msvcrt", "pty", "pwd", "resource", "syslog", "termios", "tty", "winreg"}
GUARDED = {"lock.py: fcntl", "lock.py: msvcrt", "processors.py: os.sched_getaffinity"}


def lacking(path: Path) -> set[str]:
    """The names that a file uses and that are not on every system."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in NOT_EVERYWHERE.get(node.value.id, "").split():
                found.add(f"{path.name}: {node.value.id}.{node.attr}")
        elif isinstance(node, ast.Import):
            found |= {f"{path.name}: {each.name}" for each in node.names if each.name in NOT_EVERYWHERE_MODULES}
    return found


def test_only_guarded_code_uses_names_that_other_systems_lack(tmp_path: Path) -> None:
    files = [path for folder in ("folkkeras", "cli") for path in (PROJECT / folder).rglob("*.py")]
    assert set().union(*map(lacking, files)) == GUARDED
    if sys.platform == "linux":
        assert hasattr(os, "fork")
        assert hasattr(signal, "pause")  # the names above are spelled correctly
    (tmp_path / "odd.py").write_text("import signal, pty\nsignal.pause()\n")
    assert lacking(tmp_path / "odd.py") == {"odd.py: signal.pause", "odd.py: pty"}
