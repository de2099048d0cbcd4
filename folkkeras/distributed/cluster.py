"""A cluster: the machines that train one model together, as the variable TF_CONFIG lists them.

TF_CONFIG is TensorFlow's standard (tensorflow.org/guide/distributed_training). It is a JSON object with the
cluster, which is the same on each machine, and this machine's task in it:

    {"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}, "task": {"type": "worker", "index": 0}}
"""

import json
from dataclasses import dataclass
from typing import Any

from folkkeras.errors import UsageError

_EXAMPLE = '{"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}, "task": {"type": "worker", "index": 0}}'


@dataclass(frozen=True)
class Cluster:
    """The workers that train together, and this process's index among them."""

    workers: tuple[str, ...]  # host:port of each
    index: int

    @property
    def is_chief(self) -> bool:
        """Whether this is worker 0, the one that writes files."""
        return self.index == 0


def cluster_of(config: str | None) -> Cluster:
    """The cluster that the text of TF_CONFIG describes.

    Raises:
        UsageError: the text is missing or does not describe a cluster; the message says what is wrong.
    """

    def refuse(fault: str) -> UsageError:
        return UsageError(f"TF_CONFIG {fault}: set it as in {_EXAMPLE}")

    if not config:
        raise refuse("is not set, and --strategy multi-worker needs it on each machine")
    try:
        values = json.loads(config)
    except (ValueError, RecursionError) as error:
        raise refuse(f"is not JSON ({error})") from error
    if not isinstance(values, dict) or not isinstance(values.get("cluster"), dict):
        raise refuse("has no object 'cluster'")
    if not isinstance(values.get("task"), dict):
        raise refuse("has no object 'task', which says which worker this machine is")
    if others := sorted(values["cluster"].keys() - {"chief", "worker"}):
        raise refuse(f"has {others[0]!r} in its cluster, and training with --strategy multi-worker has none")
    groups = {kind: values["cluster"].get(kind, []) for kind in ("chief", "worker")}
    for kind, addresses in groups.items():
        if not isinstance(addresses, list):
            raise refuse(f"has no list of addresses for {kind!r}")
        if wrong := [address for address in addresses if not _is_address(address)]:
            raise refuse(f"has the {kind} {wrong[0]!r}, which is not host:port")
    workers = (*groups["chief"], *groups["worker"])
    if len(groups["chief"]) > 1:
        raise refuse("has more than one chief")
    if len(set(workers)) < len(workers):
        raise refuse("has one address twice")
    if not workers:
        raise refuse("has no workers in its cluster")
    kind, index = values["task"].get("type"), values["task"].get("index")
    if not isinstance(kind, str) or not groups.get(kind):
        raise refuse(f"has the task type {kind!r}, but its cluster has no worker of this type")
    if type(index) is not int or not 0 <= index < len(groups[kind]):
        raise refuse(f"has the task index {index!r}, where its cluster has {len(groups[kind])} of type {kind!r}")
    return Cluster(workers, index + (len(groups["chief"]) if kind == "worker" else 0))


def _is_address(address: Any) -> bool:
    host, _, port = address.rpartition(":") if isinstance(address, str) else ("", "", "")
    return bool(host) and port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 1 << 16
