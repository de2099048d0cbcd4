"""TensorBoard as a process, queried over HTTP."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.terminal import FOLK


@contextmanager
def tensorboard_of(runs: Path) -> Iterator[str]:
    """A context in which `folk tensorboard` shows the runs of a folder; yields its address."""
    process = subprocess.Popen(
        [FOLK, "tensorboard", "--runs", runs, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 143


def ask(address: str, path: str, question: Any = None) -> Any:
    """The JSON at a path; a question is sent as JSON."""
    data = None if question is None else json.dumps(question).encode()
    request = urllib.request.Request(address + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait_for(address: str, path: str, done: Callable[[Any], bool], question: Any = None) -> Any:
    """The JSON at a path once `done` says that it is complete."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        answer = ask(address, path, question)
        if done(answer):
            return answer
        time.sleep(0.5)
    raise AssertionError(answer)
