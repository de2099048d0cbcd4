"""`folk` as a process: the installed one, or one forked from a process that has imported it, which starts faster."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from support.forked import FolkServer, Forked

FOLK = Path(sys.executable).parent / "folk"
TIMEOUT = 300.0  # seconds that a command may take
_READ_LATE = {"TF_CONFIG", "FOLK_RUNS", "PATH"}  # variables that a command reads when it runs, not when it is imported

Folk = Callable[..., subprocess.CompletedProcess[str]]


class Terminal:
    """Starts `folk`, and `python -c` if the first word is `-c`.

    Args:
        forks: start processes by forking where this is safe; else the installed programs.
    """

    def __init__(self, *, forks: bool) -> None:
        self._forks = forks and sys.platform == "linux"
        self._server: FolkServer | None = None

    def start(self, *words: object, cwd: Path, env: dict[str, str] | None = None) -> "Forked | subprocess.Popen[str]":
        """Start a process, with further variables in its environment."""
        server = self._server_for(env or {})
        if server and server.is_ready(wait=True):
            return server.start([*map(str, words)], cwd, env=env)
        pipe = subprocess.PIPE
        return subprocess.Popen(
            _command(words), cwd=cwd, env={**_environment(), **(env or {})}, stdout=pipe, stderr=pipe, text=True
        )

    def run(self, *words: object, cwd: Path, data: bytes, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a process to its end, at a width of 200 columns, with further variables in its environment."""
        server = self._server_for(env)
        if server and server.is_ready():
            process = server.start([*map(str, words)], cwd, data=data, env=env)
            try:
                code = process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            out, error = process.output()
        else:
            done = subprocess.run(
                _command(words),
                input=data,
                capture_output=True,
                cwd=cwd,
                env={**_environment(), **env},
                timeout=TIMEOUT,
            )
            code, out, error = done.returncode, done.stdout, done.stderr
        return subprocess.CompletedProcess(_command(words), code, out.decode(), error.decode())

    def stop(self) -> None:
        if self._server:
            self._server.stop()

    def _server_for(self, env: dict[str, str]) -> FolkServer | None:
        """The server, if the environment of its processes may have these variables too."""
        if not self._forks or not env.keys() <= _READ_LATE:
            return None
        self._server = self._server or FolkServer(_environment())
        return self._server if self._server.env == _environment() else None


def _environment() -> dict[str, str]:
    """The environment of a command, without the variable that pytest sets for each test."""
    return {**{name: os.environ[name] for name in os.environ if name != "PYTEST_CURRENT_TEST"}, "COLUMNS": "200"}


def _command(words: tuple[object, ...]) -> list[str]:
    return [sys.executable if words[:1] == ("-c",) else str(FOLK), *map(str, words)]


def fails(done, code: int, *words: str) -> None:
    """Check that the process failed, with one error line that contains the words."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0]
