"""Reading TF_CONFIG, and the workers' rendezvous over real sockets."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from support.clusters import addresses_for, config

from folkkeras.distributed import rendezvous as rendezvous_module
from folkkeras.distributed.cluster import Cluster, cluster_of
from folkkeras.distributed.rendezvous import rendezvous
from folkkeras.errors import FolkError, TrainingError, UsageError


def test_tf_config_is_read() -> None:
    assert cluster_of(config()) == Cluster(("a:1", "b:2"), 1)
    with_chief = {"chief": ["c:3"], "worker": ["a:1"]}
    assert cluster_of(config(with_chief, {"type": "worker", "index": 0})) == Cluster(("c:3", "a:1"), 1)
    assert cluster_of(config(with_chief, {"type": "chief", "index": 0})).is_chief


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "is not set"),
        ("", "is not set"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "no object 'cluster'"),
        ('{"cluster": {"worker": ["a:1"]}}', "no object 'task'"),
        (config({"worker": "a:1"}), "no list of addresses"),
        (config({"worker": ["a"]}), "'a', which is not host:port"),
        (config({"worker": ["a:0"]}), "not host:port"),
        (config({"worker": ["a:99999"]}), "not host:port"),
        (config({"worker": [":1"]}), "not host:port"),
        (config({"worker": [7]}), "not host:port"),
        (config({"worker": ["a:" + "1" * 5_000]}), "not host:port"),
        (config({"worker": ["a:1", "a:1"]}), "one address twice"),
        (config({"chief": ["a:1", "b:1"]}), "more than one chief"),
        (config({"worker": ["a:1"], "ps": ["b:1"]}), "'ps' in its cluster"),
        (config({"worker": []}), "no workers"),
        (config(task={"type": "chief", "index": 0}), "task type 'chief'"),
        (config(task={"type": "worker"}), "task index None"),
        (config(task={"type": "worker", "index": True}), "task index True"),
        (config(task={"type": "worker", "index": 2}), "task index 2, where its cluster has 2"),
        (config(task={"type": "worker", "index": -1}), "task index -1"),
        (config(task={"type": ["worker"], "index": 0}), "task type"),
    ],
)
def test_the_error_for_a_wrong_tf_config_explains_the_fault(text: str | None, fault: str) -> None:
    with pytest.raises(UsageError) as caught:
        cluster_of(text)
    assert fault in str(caught.value)
    assert 'set it as in {"cluster"' in str(caught.value)


def never() -> bool:
    return False


def nothing() -> None:
    return None


def end_of(
    addresses: list[str], index: int, task: dict[str, Any], patience: float, prepare: Callable[[], None] = nothing
) -> Any:
    """The result of a worker's rendezvous: True, or the exception it raised."""
    try:
        return rendezvous(Cluster(tuple(addresses), index), task, never, prepare, patience)
    except Exception as error:
        return error


def all_meet(
    tasks: list[dict[str, Any]],
    meanwhile: Callable[[list[str]], None] | None = None,
    prepare: Callable[[], None] = nothing,
) -> list[Any]:
    """The result of each worker's rendezvous; `meanwhile` is called before the last worker starts."""
    addresses = addresses_for(len(tasks))
    ends: list[Any] = [None] * len(tasks)

    def take_part(index: int) -> None:
        ends[index] = end_of(addresses, index, tasks[index], 20, prepare)

    threads = [threading.Thread(target=take_part, args=(index,)) for index in range(len(tasks))]
    for thread in threads[:-1]:
        thread.start()
    if meanwhile:
        meanwhile(addresses)
    threads[-1].start()
    for thread in threads:
        thread.join()
    return ends


def test_workers_with_one_task_meet() -> None:
    assert all_meet([{"--steps": 200}] * 3) == [True] * 3


def test_a_worker_with_another_task_stops_all() -> None:
    ends = all_meet([{"--steps": 200, "keras": "3"}, {"--steps": 200, "keras": "3"}, {"--steps": 100, "keras": "3"}])
    assert {type(end) for end in ends} == {TrainingError}
    assert str(ends[0]) == str(ends[1]) == str(ends[2])
    assert "worker 2 has the --steps 100 where worker 0 has 200" in str(ends[0])


def connected(host: str, port: int) -> socket.socket:
    """A connection to a port that is about to listen."""
    for _ in range(100):
        with contextlib.suppress(ConnectionRefusedError):
            return socket.create_connection((host, port), timeout=5)
        time.sleep(0.05)
    raise AssertionError(f"nobody listens at port {port}")


def test_connections_from_strangers_are_ignored() -> None:
    def knock(addresses: list[str]) -> None:
        host, _, port = addresses[0].rpartition(":")
        for data in (
            b"GET / HTTP/1.1\r\n\r\n",
            b"[1]\n",
            b'{"index": 77}\n',
            b'{"index": 0}\n',
            b"{}\n",
            b"\xff\n",
            b"",
        ):
            with connected(host, int(port)) as connection:
                connection.sendall(data)

    assert all_meet([{}] * 2, meanwhile=knock) == [True] * 2


def test_silent_connections_delay_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendezvous_module, "_TO_SEND", 1e6)  # so that waiting for them would never end
    held = []

    def knock(addresses: list[str]) -> None:
        host, _, port = addresses[0].rpartition(":")
        held.extend(connected(host, int(port)) for _ in range(3))
        held[0].sendall(b'{"index"')

    assert all_meet([{}] * 2, meanwhile=knock) == [True] * 2
    for each in held:
        each.close()


def test_a_worker_that_joined_and_disconnected_is_waited_for() -> None:
    addresses = addresses_for(3)
    ends: list[Any] = [None] * 3

    def take_part(index: int) -> None:
        ends[index] = end_of(addresses, index, {}, patience=4)

    threads = [threading.Thread(target=take_part, args=(index,)) for index in (0, 2)]
    threads[0].start()
    host, _, port = addresses[0].rpartition(":")
    with connected(host, int(port)) as connection:
        connection.sendall(json.dumps({"index": 1, "workers": addresses}).encode() + b"\n")
        time.sleep(0.5)
    threads[1].start()
    for thread in threads:
        thread.join()
    assert "worker 1" in str(ends[0])
    assert "has not come" in str(ends[0])


def test_all_workers_get_the_error_if_worker_0_cannot_prepare() -> None:
    def fail() -> None:
        raise FolkError("the disk is full")

    ends = all_meet([{}] * 3, prepare=fail)
    assert [str(end) for end in ends] == ["the disk is full"] * 3


def test_all_workers_report_the_missing_worker() -> None:
    addresses = addresses_for(3)
    ends: list[Any] = [None, None]

    def take_part(index: int, patience: float) -> None:
        ends[index] = end_of(addresses, index, {}, patience=patience)

    threads = [threading.Thread(target=take_part, args=pair) for pair in ((0, 3), (1, 30))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [f"worker 2 at {addresses[2]} has not come" in str(end) for end in ends] == [True, True]


def test_a_stranger_at_the_address_of_worker_0_is_not_mistaken_for_it() -> None:
    with socket.create_server(("", 0)) as stranger:
        addresses = [f"localhost:{stranger.getsockname()[1]}", *addresses_for(1)]

        def answer() -> None:
            for line in (b"{}\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"[" * 100_000 + b"\n"):
                connection = stranger.accept()[0]
                with connection:
                    connection.sendall(line)

        thread = threading.Thread(target=answer)
        thread.start()
        assert "worker 0" in str(end_of(addresses, 1, {}, patience=3))
        thread.join()


@pytest.mark.parametrize("index", [0, 1])
def test_the_error_names_a_worker_that_does_not_come(index: int) -> None:
    addresses = addresses_for(2)
    with pytest.raises(TrainingError, match=f"worker {1 - index} at {addresses[1 - index]} has not come"):
        rendezvous(Cluster(tuple(addresses), index), {}, never, patience=0.5)


@pytest.mark.parametrize("index", [0, 1])
def test_the_wait_ends_on_request(index: int) -> None:
    assert not rendezvous(Cluster(tuple(addresses_for(2)), index), {}, lambda: True)


def test_a_port_in_use_is_reported() -> None:
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        address = f"localhost:{taken.getsockname()[1]}"
        with pytest.raises(UsageError, match="is not available"):
            rendezvous(Cluster((address, "localhost:1"), 0), {}, never)
