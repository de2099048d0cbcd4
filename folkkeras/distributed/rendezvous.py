"""The meeting of a cluster's workers, before TensorFlow starts on any of them.

TensorFlow's own start waits for all machines in native code, where no signal reaches it, and joins them
whatever they are about to do. So they meet here first: each tells worker 0 what it would train on, and all
go on, or all stop with the reason.
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

PATIENCE = 600.0  # seconds to wait for all
_MOMENT = 0.2  # seconds between two looks
_TO_CONNECT = 3.0  # seconds
_TO_TELL = 10.0  # seconds that a connection has for its line
_LONGEST = 1 << 20  # bytes of what a worker tells


def _nothing() -> None:
    pass


def meet(
    cluster: Cluster,
    about: dict[str, Any],
    stop: Callable[[], bool],
    prepare: Callable[[], None] = _nothing,
    patience: float = PATIENCE,
) -> bool:
    """Wait until all workers are there, and have the same task as worker 0.

    Args:
        cluster: who.
        about: what this one would do, JSON values that have to be equal on all.
        stop: asked again and again; True ends the wait.
        prepare: what worker 0 does once all are there and before it lets them go on; where that fails, all stop.
        patience: seconds to wait.

    Returns:
        True where they are there, False where `stop` said so.

    Raises:
        UsageError: this worker's port cannot be had, or worker 0's address is unknown.
        TrainingError: a worker has another task, has not come or was stopped, or worker 0 could not prepare.
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
                _gather(cluster, about, listener, moments(), prepare)
            else:
                _report(cluster, about, moments())
    except _StoppedError:
        return False
    return True


class _StoppedError(Exception):
    """The wait is to end."""


@contextlib.contextmanager
def _listening(cluster: Cluster) -> Iterator[socket.socket]:
    """Hold this worker's port: a proof that it is free, and worker 0's place to be found."""
    port = int(cluster.workers[cluster.index].rpartition(":")[2])
    try:
        listener = _server(port)
    except OSError as error:
        raise UsageError(
            f"port {port}, this worker's in TF_CONFIG, cannot be had ({os.strerror(error.errno or 0)}): "
            "another program, or another worker of this index, has it"
        ) from error
    with listener:
        listener.setblocking(False)
        yield listener


def _server(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        with contextlib.suppress(OSError):  # in use, which the next line tells, or switched off
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", port))


class _Caller:
    """A connection to worker 0: whoever it is, until its line is there."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.end = time.monotonic() + _TO_TELL
        self.index: int | None = None
        self.difference = ""
        self._data = b""

    def hear(self) -> dict[str, Any] | None:
        """What it tells, once the line is whole.

        Raises:
            OSError, ValueError: it has left, or is no worker.
        """
        part = self.connection.recv(1 << 16)
        self._data += part
        if not part or len(self._data) > _LONGEST or self.index is not None:
            raise ValueError
        return _values(self._data) if self._data.endswith(b"\n") else None


def _gather(
    cluster: Cluster,
    about: dict[str, Any],
    listener: socket.socket,
    moments: Iterator[None],
    prepare: Callable[[], None],
) -> None:
    """Worker 0's part: hear all others, then tell them all how it stands."""
    own = {"workers": list(cluster.workers), **about}
    callers: dict[socket.socket, _Caller] = {}
    fault = "worker 0 was stopped"
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)

        def leave(caller: _Caller) -> None:
            selector.unregister(caller.connection)
            caller.connection.close()
            del callers[caller.connection]

        def look(seconds: float) -> set[int]:
            """Take in what has come; the workers that are missing."""
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
                    told = caller.hear()
                    if told is not None:
                        caller.index = _index(told, cluster)
                        caller.difference = _difference(caller.index, own, told)
                except (OSError, ValueError):
                    leave(caller)
            for caller in list(callers.values()):
                if caller.index is None and time.monotonic() > caller.end:
                    leave(caller)
            return set(range(1, len(cluster.workers))) - {caller.index for caller in callers.values() if caller.index}

        try:
            while missing := look(_MOMENT) or look(0):  # twice, since one that is there may have left
                if next(moments, True):
                    raise TrainingError(_not_come(cluster, min(missing)))
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
                leave(caller)


def _index(told: dict[str, Any], cluster: Cluster) -> int:
    index = told.get("index")
    if type(index) is not int or not 0 < index < len(cluster.workers):
        raise ValueError
    return index


def _report(cluster: Cluster, about: dict[str, Any], moments: Iterator[None]) -> None:
    """The others' part: tell worker 0, and hear how it stands."""
    host, _, port = cluster.workers[0].rpartition(":")
    told = {"index": cluster.index, "workers": list(cluster.workers), **about}
    for _ in moments:
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=_TO_CONNECT) as connection:
                connection.sendall(json.dumps(told).encode() + b"\n")
                fault = _answer(connection, moments)
        except socket.gaierror as error:
            raise UsageError(f"TF_CONFIG has worker 0 at {host}, which nobody knows ({error.strerror})") from error
        except (OSError, ValueError):
            time.sleep(_MOMENT)  # it is not there yet, or has been started anew
            continue
        if fault:
            raise TrainingError(fault)
        return
    raise TrainingError(_not_come(cluster, 0))


def _answer(connection: socket.socket, moments: Iterator[None]) -> str:
    """Worker 0's answer, which comes when all are there: why all stop, or nothing."""
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


def _difference(index: int, own: dict[str, Any], told: dict[str, Any]) -> str:
    """The first thing in which a worker differs from worker 0, in words, or nothing."""
    for name in own:
        if own[name] != told.get(name):
            return (
                f"worker {index} has the {name} {told.get(name)!r} where worker 0 has {own[name]!r}: "
                "give both the same command, corpus and versions"
            )
    return ""


def _not_come(cluster: Cluster, index: int) -> str:
    return (
        f"worker {index} at {cluster.workers[index]} has not come: "
        "give the same command there, and see that the machines reach each other"
    )
