"""`folk compose` as a process, over real HTTP."""

import http.client
import json
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from support.terminal import FOLK


class Server:
    """A running `folk compose`.

    Args:
        words: its arguments.
    """

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [str(FOLK), "compose", *words, "--no-browser", "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout
        self.address = self.process.stdout.readline().strip()
        assert self.address, self.process.stderr.read() if self.process.stderr else ""
        self.port = urlsplit(self.address).port

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        """Send a request, and return the answer as soon as it begins."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, body, headers or {})
        return connection.getresponse()

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        answer = self.send("GET", path, headers=headers)
        return answer.status, answer.read()

    def post(self, path: str, values: object) -> http.client.HTTPResponse:
        """Send values as JSON."""
        return self.send("POST", path, json.dumps(values).encode(), {"Content-Type": "application/json"})

    def ask(self, path: str, values: object) -> Any:
        """The values that are sent back."""
        answer = self.post(path, values)
        return json.loads(answer.read())

    def stream(self, path: str, values: object) -> Iterator[dict[str, Any]]:
        """The values of each line of a stream, as they come."""
        answer = self.post(path, values)
        assert answer.status == 200, answer.read()
        for line in answer:
            yield json.loads(line)
