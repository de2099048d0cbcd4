"""Load and break a server of `folk compose`, over real HTTP on this machine.

    make load

People compose, each asking again after some seconds; then requests of all kinds come, a tenth of them hostile or broken
off. Bounded in time and number. Beside them stands the time of one `folk sample`, as a measure of the machine.
"""

import argparse
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.server import Server
from support.terminal import FOLK

TUNE = (
    "X:1\nT:The Load\nM:C|\nL:1/8\nK:D\n"
    "dcdA Bdfd|afdf efge|dcdA Bdfd|gece d2(Bc)|dcdA Bdfd|afdf efge|dc'ba gfef|gece d4|]\n"
)
_HEAD = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
TYPES = ("reel", "jig", "hornpipe", None)


def composed(server: Server, seed: int) -> dict[str, float]:
    """Compose once: seconds to the first engraved bar that stays and to all tunes, and the tunes found."""
    began, first, texts = time.perf_counter(), {}, {}
    found = 0.0
    for event in server.stream("/compose", {"type": TYPES[seed % len(TYPES)], "parts": 2, "bars": 8, "seed": seed}):
        now = time.perf_counter() - began
        if "draft" in event and event["draft"]["score"]:
            first.setdefault(event["candidate"], []).append((now, event["draft"]["text"]))
        elif "tune" in event:
            texts[event["candidate"]] = event["tune"]["text"]
            first.setdefault(event["candidate"], []).append((now, event["tune"]["text"]))
        elif "done" in event:
            found = event["found"]
    stayed = [
        when
        for candidate, drafts in first.items()
        for when, draft in drafts
        if _music(texts.get(candidate, "")).startswith(_music(draft).partition("|")[0] + "|")
    ]
    return {"first": min(stayed, default=float("inf")), "all": time.perf_counter() - began, "found": found}


def _music(text: str) -> str:
    return text.partition("\nK:")[2].partition("\n")[2]


def sampled() -> float:
    """Seconds of one `folk sample`."""
    began = time.perf_counter()
    subprocess.run([str(FOLK), "sample", "celtic", "--complete", "--seed", "9"], check=True, capture_output=True)
    return time.perf_counter() - began


def memory_of(server: Server) -> float:
    """The server's resident memory, with its processes, in megabytes."""
    children = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True).stdout.split()
    total = 0
    for process in (server.process.pid, *children):
        status = Path(f"/proc/{process}/status").read_text()
        total += int(status.partition("VmRSS:")[2].split()[0])
    return total / 1024


def people(server: Server, number: int, seconds: float, pause: float) -> list[dict[str, float]]:
    """So many people compose for so long, each asking again after a pause."""
    end, found = time.monotonic() + seconds, list[dict[str, float]]()

    def person(name: int) -> None:
        chance = random.Random(name)
        time.sleep(chance.random() * pause)
        while time.monotonic() < end:
            found.append(composed(server, chance.randrange(10**6)))
            time.sleep(pause)

    with ThreadPoolExecutor(number) as pool:
        list(pool.map(person, range(number)))
    return found


def hostile(server: Server, chance: random.Random) -> None:
    """A request that is broken or broken off."""
    kind = chance.randrange(5)
    if kind == 0:  # garbage instead of HTTP
        raw(server, bytes(chance.randrange(256) for _ in range(200)))
    elif kind == 1:  # a body that never comes
        raw(server, _HEAD % (b"/read", 999) + b"{")
    elif kind == 2:  # a client that leaves in mid-tune
        raw(server, _HEAD % (b"/compose", 2) + b"{}")
    elif kind == 3:
        noise = "".join(chr(chance.randrange(32, 0x2000)) for _ in range(900))
        require(server.post("/read", {"text": f"X:1\nK:D\n{noise}"}), 200, 400)
    else:
        require(server.send("POST", "/rewrite", b'{"text": ' * 900, {"Content-Type": "application/json"}), 400)


def raw(server: Server, data: bytes) -> None:
    """Send bytes and leave."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(data)
        connection.settimeout(0.05)
        with suppress(OSError):
            connection.recv(100)


def require(answer: Any, *statuses: int) -> None:
    """Read an answer, whose status has to be one of these."""
    answer.read()
    if answer.status not in statuses:
        raise AssertionError(f"status {answer.status}, not {statuses}")


def friendly(server: Server, chance: random.Random) -> None:
    """A request that people make."""
    kind = chance.random()
    if kind < 0.9:
        require(server.post("/read", {"text": TUNE.replace("gece d4", chance.choice(("d8", "A4 d4", "f4 d4")))}), 200)
    elif kind < 0.97:
        format = chance.choice(("abc", "mid", "musicxml", "svg"))
        require(server.post("/render", {"text": TUNE, "format": format}), 200)
    elif kind < 0.99:
        require(server.send("GET", chance.choice(("/", "/model", "/health", "/assets/player.js"))), 200)
    elif kind < 0.995:
        require(server.post("/rewrite", {"text": TUNE, "bars": [chance.randrange(1, 9)]}), 200, 503)
    else:
        require(server.post("/compose", {"type": "jig", "seed": chance.randrange(10**6)}), 200, 503)


def requests(server: Server, number: int) -> int:
    """Send so many requests of all kinds from eight clients; return how many went wrong."""
    wrong, lock = 0, threading.Lock()

    def client(name: int) -> None:
        nonlocal wrong
        chance = random.Random(name)
        for _ in range(number // 8):
            try:
                (hostile if chance.random() < 0.1 else friendly)(server, chance)
            except (AssertionError, OSError, ValueError) as error:
                print(f"  {type(error).__name__}: {error}", file=sys.stderr)
                with lock:
                    wrong += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    return wrong


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Load and break a server of folk compose.")
    parser.add_argument("--people", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=5)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--alone", type=int, default=10, help="times that one person composes alone")
    parser.add_argument("--rest", type=float, default=12, help="seconds before memory is read again")
    arguments = parser.parse_args()
    began = time.perf_counter()
    with Server("celtic") as server:
        require(server.send("GET", "/"), 200)
        print(f"from the command to a page that answers: {time.perf_counter() - began:.2f} s")
        require(server.send("GET", "/model"), 200)
        composed(server, 0)
        alone = [composed(server, seed) for seed in range(1, arguments.alone + 1)]
        print(f"alone, medians of {len(alone)}: {_medians(alone)}; a `folk sample` {sampled():.2f} s")
        found = people(server, arguments.people, arguments.seconds, arguments.pause)
        slowest = max(each["first"] for each in found)
        short = sum(each["found"] < 4 for each in found)
        print(
            f"{arguments.people} people, {len(found)} requests: {_medians(found)}; slowest first bar {slowest:.2f} s; "
            f"with fewer than four tunes {short}"
        )
        wrong = requests(server, arguments.requests // 10)  # after which all is in memory that is needed
        before = memory_of(server)
        wrong += requests(server, arguments.requests - arguments.requests // 10)
        time.sleep(arguments.rest)  # bodies that never came have timed out
        after = memory_of(server)
        print(f"{arguments.requests} requests of all kinds: {wrong} wrong; memory {before:.0f} to {after:.0f} MB")
        require(server.send("GET", "/health"), 200)
    print(f"a `folk sample` {sampled():.2f} s")


def _medians(found: list[dict[str, float]]) -> str:
    first, whole = (statistics.median(each[name] for each in found) for name in ("first", "all"))
    return f"first engraved bar that stays {first:.2f} s, four whole tunes {whole:.2f} s"


if __name__ == "__main__":
    main()
