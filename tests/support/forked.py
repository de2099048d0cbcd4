"""Processes forked from one that has imported `folk`: see `folk_server.py`."""

import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

SERVER = Path(__file__).with_name("folk_server.py")


class Forked:
    """A forked process, with the methods of `subprocess.Popen`; its output goes to memory."""

    def __init__(self, requests: socket.socket, words: list[str], data: bytes, cwd: Path, env: dict[str, str]) -> None:
        self.args = words
        self.returncode: int | None = None
        self._output = [io.FileIO(os.memfd_create(name), "r+") for name in ("stdout", "stderr")]
        self._reply, theirs = socket.socketpair()
        with io.FileIO(os.memfd_create("stdin"), "r+") as stdin, theirs:
            stdin.write(data)
            stdin.seek(0)
            streams = [each.fileno() for each in (stdin, *self._output, theirs)]
            socket.send_fds(requests, [json.dumps([str(cwd), env, words]).encode()], streams)
        self.pid = int(self._line())

    def poll(self) -> int | None:
        """The return code, or None while the process runs."""
        if self.returncode is None and select.select([self._reply], [], [], 0)[0]:
            self.returncode = int(self._line())
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end.

        Raises:
            subprocess.TimeoutExpired: it took longer than `timeout` seconds.
        """
        if self.returncode is None:
            self._reply.settimeout(timeout)
            try:
                self.returncode = int(self._line())
            except TimeoutError:
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def output(self) -> tuple[bytes, bytes]:
        """What the process has written to stdout and stderr."""
        for stream in self._output:
            stream.seek(0)
        return self._output[0].read(), self._output[1].read()

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end; the output as text."""
        self.wait(timeout)
        out, error = self.output()
        return out.decode(), error.decode()

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            byte = self._reply.recv(1)
            if not byte:
                raise ConnectionError("the server of folk has ended")
            line += byte
        return line


class FolkServer:
    """A server that forks `folk`; `env` is the environment of all its commands."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, SERVER, str(theirs.fileno())],
            env=env,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._ready = False

    def is_ready(self, *, wait: bool = False) -> bool:
        """Whether it has imported everything."""
        if not self._ready and select.select([self._requests], [], [], None if wait else 0)[0]:
            self._ready = self._requests.recv(5) == b"ready"
        return self._ready

    def start(self, words: list[str], cwd: Path, *, data: bytes = b"", env: dict[str, str] | None = None) -> Forked:
        """Start `folk`, or `python` if the first word is `-c`.

        Args:
            words: the arguments.
            cwd: the folder to start in.
            data: what it reads from stdin.
            env: further variables of its environment, such as are read when a command runs.
        """
        return Forked(self._requests, words, data, cwd, env or {})

    def stop(self) -> None:
        self._requests.close()
        self._process.wait()
