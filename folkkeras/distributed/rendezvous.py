"""The rendezvous of a cluster's workers, before TensorFlow starts on any of them.

TensorFlow's own start-up waits for all machines in native code, where no signal reaches it, and connects them
even if their tasks differ. So the workers first meet here: each sends its task to worker 0, and then either
all continue or all stop with the reason.
"""

import contextlib
import json
import os
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

from folkkeras.distributed.cluster import Cluster
from folkkeras.errors import FolkError, TrainingError, UsageError

PATIENCE = 600.0  # seconds to wait for all workers
_MOMENT = 0.2  # seconds between two checks
_TO_CONNECT = 3.0  # seconds
_TO_SEND = 10.0  # seconds that a connection has to send its message
_LONGEST = 1 << 20  # bytes in a message


def _nothing() -> None:
    pass


def rendezvous(
    cluster: Cluster,
    metadata: dict[str, Any],
    stop: Callable[[], bool],
    prepare: Callable[[], None] = _nothing,
    patience: float = PATIENCE,
) -> bool:
    """Wait until all workers are connected, and check that they have the same task as worker 0.

    Args:
        cluster: the workers.
        metadata: this worker's task, as JSON values that must be equal on all workers.
        stop: called repeatedly; True ends the wait.
        prepare: called on worker 0 once all workers are connected, before they continue; if it fails, all stop.
        patience: seconds to wait.

    Returns:
        True if all workers are connected, False if `stop` ended the wait.

    Raises:
        UsageError: this worker's port is not available, or worker 0's address is unknown.
        TrainingError: a worker has another task, did not connect or was stopped, or worker 0 could not prepare.
        FolkError: `prepare` raised it.
    """
    end = time.monotonic() + patience

    def moments() -> Iterator[None]:
        while time.monotonic() < end:
            if stop():
                raise _StoppedError
            yield

    try:
        with _listening(cluster) as listener:
            if cluster.is_chief:
                _gather(cluster, metadata, listener, moments(), prepare)
            else:
                _report(cluster, metadata, moments())
    except _StoppedError:
        return False
    return True


class _StoppedError(Exception):
    """`stop` ended the wait."""


@contextlib.contextmanager
def _listening(cluster: Cluster) -> Iterator[socket.socket]:
    """Hold this worker's port, which proves that it is free and lets the others connect to worker 0."""
    port = int(cluster.workers[cluster.index].rpartition(":")[2])
    try:
        listener = _server(port)
    except OSError as error:
        raise UsageError(
            f"port {port}, this worker's in TF_CONFIG, is not available ({os.strerror(error.errno or 0)}): "
            "another program, or another worker with this index, is using it"
        ) from error
    with listener:
        listener.setblocking(False)
        yield listener


def _server(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        with contextlib.suppress(OSError):  # the port is in use, which the last line reports, or IPv6 is disabled
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", port))


class _Caller:
    """A connection to worker 0, whose sender is unknown until its message is complete."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.end = time.monotonic() + _TO_SEND
        self.index: int | None = None
        self.difference = ""
        self._data = b""

    def receive(self) -> dict[str, Any] | None:
        """Read from the connection; return the message once it is complete.

        Raises:
            OSError, ValueError: the connection is closed, or is not from a worker.
        """
        part = self.connection.recv(1 << 16)
        self._data += part
        if not part or len(self._data) > _LONGEST or self.index is not None:
            raise ValueError
        return _values(self._data) if self._data.endswith(b"\n") else None


def _gather(
    cluster: Cluster,
    metadata: dict[str, Any],
    listener: socket.socket,
    moments: Iterator[None],
    prepare: Callable[[], None],
) -> None:
    """Worker 0's part: collect the messages of all others, then send them all the result."""
    own = {"workers": list(cluster.workers), **metadata}
    callers: dict[socket.socket, _Caller] = {}
    fault = "worker 0 was stopped"
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)

        def drop(caller: _Caller) -> None:
            selector.unregister(caller.connection)
            caller.connection.close()
            del callers[caller.connection]

        def look(seconds: float) -> set[int]:
            """Read what has arrived; return the workers that are missing."""
            for key, _ in selector.select(seconds):
                if key.fileobj is listener:
                    with contextlib.suppress(OSError):
                        connection = listener.accept()[0]
                        connection.setblocking(False)
                        callers[connection] = _Caller(connection)
                        selector.register(connection, selectors.EVENT_READ, callers[connection])
                    continue
                caller: _Caller = key.data
                try:
                    message = caller.receive()
                    if message is not None:
                        caller.index = _index(message, cluster)
                        caller.difference = _difference(caller.index, own, message)
                except (OSError, ValueError):
                    drop(caller)
            for caller in list(callers.values()):
                if caller.index is None and time.monotonic() > caller.end:
                    drop(caller)
            return set(range(1, len(cluster.workers))) - {caller.index for caller in callers.values() if caller.index}

        try:
            while missing := look(_MOMENT) or look(0):  # twice, since a connected worker may have left
                if next(moments, True):
                    raise TrainingError(_not_connected(cluster, min(missing)))
            fault = next((caller.difference for caller in callers.values() if caller.difference), "")
            if fault:
                raise TrainingError(fault)
            prepare()
        except FolkError as error:
            fault = str(error)
            raise
        finally:
            for caller in list(callers.values()):
                if caller.index is not None:
                    with contextlib.suppress(OSError):
                        caller.connection.sendall(json.dumps({"fault": fault}).encode() + b"\n")
                drop(caller)


def _index(message: dict[str, Any], cluster: Cluster) -> int:
    index = message.get("index")
    if type(index) is not int or not 0 < index < len(cluster.workers):
        raise ValueError
    return index


def _report(cluster: Cluster, metadata: dict[str, Any], moments: Iterator[None]) -> None:
    """The other workers' part: send the task to worker 0, and wait for the result."""
    host, _, port = cluster.workers[0].rpartition(":")
    message = {"index": cluster.index, "workers": list(cluster.workers), **metadata}
    for _ in moments:
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=_TO_CONNECT) as connection:
                connection.sendall(json.dumps(message).encode() + b"\n")
                fault = _answer(connection, moments)
        except socket.gaierror as error:
            raise UsageError(f"TF_CONFIG has worker 0 at {host}, which is unknown ({error.strerror})") from error
        except (OSError, ValueError):
            time.sleep(_MOMENT)  # worker 0 is not up yet, or was restarted
            continue
        if fault:
            raise TrainingError(fault)
        return
    raise TrainingError(_not_connected(cluster, 0))


def _answer(connection: socket.socket, moments: Iterator[None]) -> str:
    """Worker 0's answer, sent once all workers are connected: the reason why all stop, or an empty string."""
    connection.settimeout(_MOMENT)
    data = b""
    for _ in moments:
        with contextlib.suppress(TimeoutError):
            part = connection.recv(1 << 16)
            data += part
            if not part or len(data) > _LONGEST:
                raise ValueError
            if data.endswith(b"\n"):
                fault = _values(data).get("fault")
                if not isinstance(fault, str):
                    raise ValueError
                return fault
    raise ValueError


def _values(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except RecursionError as error:
        raise ValueError from error
    if not isinstance(values, dict):
        raise ValueError
    return values


def _difference(index: int, own: dict[str, Any], message: dict[str, Any]) -> str:
    """A message about the first value in which a worker differs from worker 0, or an empty string."""
    for name in own:
        if own[name] != message.get(name):
            return (
                f"worker {index} has the {name} {message.get(name)!r} where worker 0 has {own[name]!r}: "
                "give both the same command, corpus and versions"
            )
    return ""


def _not_connected(cluster: Cluster, index: int) -> str:
    return (
        f"worker {index} at {cluster.workers[index]} has not come: "
        "give the same command there, and see that the machines reach each other"
    )
