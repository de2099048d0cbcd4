"""`folk` forked from a process that has imported it: see `folk_server.py`."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

SERVER = Path(__file__).with_name("folk_server.py")


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

    def is_ready(self) -> bool:
        """Whether it has imported everything; does not wait for it."""
        if not self._ready and select.select([self._requests], [], [], 0)[0]:
            self._ready = self._requests.recv(5) == b"ready"
        return self._ready

    def run(self, words: list[str], data: bytes, folder: Path, seconds: float) -> subprocess.CompletedProcess[bytes]:
        """What `subprocess.run` does, with the output captured.

        Raises:
            subprocess.TimeoutExpired: the command took longer than `seconds` and was killed.
        """
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            stdin.write(data)
            stdin.seek(0)
            reply, theirs = socket.socketpair()
            with reply, theirs:
                streams = [stream.fileno() for stream in (stdin, stdout, stderr, theirs)]
                socket.send_fds(self._requests, [json.dumps([str(folder), words]).encode()], streams)
                theirs.close()
                process_id = int(_line(reply))
                reply.settimeout(seconds)
                try:
                    code = int(_line(reply))
                except TimeoutError:
                    os.kill(process_id, signal.SIGKILL)
                    raise subprocess.TimeoutExpired(words, seconds) from None
            output = []
            for stream in (stdout, stderr):
                stream.seek(0)
                output.append(stream.read())
        return subprocess.CompletedProcess(words, code, *output)

    def stop(self) -> None:
        self._requests.close()
        self._process.wait()


def _line(reply: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = reply.recv(1)
        if not byte:
            raise ConnectionError("the server of folk has ended")
        line += byte
    return line
