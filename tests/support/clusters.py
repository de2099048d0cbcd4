"""Configurations of clusters on this machine."""

import json
import socket
from typing import Any


def config(cluster: Any = None, task: Any = None) -> str:
    default = {"worker": ["a:1", "b:2"]}, {"type": "worker", "index": 1}
    return json.dumps({"cluster": cluster or default[0], "task": task or default[1]})


def addresses_for(count: int) -> list[str]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("localhost", 0))
    addresses = [f"localhost:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return addresses
