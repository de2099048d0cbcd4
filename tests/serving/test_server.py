"""The server of `folk compose`: what it answers, what it refuses, what it leaves behind."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import mido
import pytest
from support.server import Server
from support.terminal import Folk, fails

import folkkeras
from folkkeras.composing.reproducing import RECORDS, reproduced
from folkkeras.sampling.record import records_of, without_record

LOAD = Path(__file__).parents[1] / "bench" / "load.py"
JSON = {"Content-Type": "application/json"}
TUNE = """X:1
T:The 𝄞 Tropsilder
M:C|
L:1/8
K:D
dcdA Bdfd|afdf efge|dcdA Bdfd|gece d2(Bc)|
dcdA Bdfd|afdf efge|dc'ba gfef|gece d4|]
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("celtic") as running:
        yield running


def units(text: str, begin: int, end: int) -> str:
    """A slice of a text in UTF-16 units, as browsers count."""
    return text.encode("utf-16-le")[2 * begin : 2 * end].decode("utf-16-le")


def contents(view: dict[str, Any]) -> list[str]:
    return [units(view["text"], bar["begin"], bar["end"]) for bar in view["bars"]]


def test_the_page_may_load_only_what_the_server_has(server: Server) -> None:
    answer = server.send("GET", "/")
    page = answer.read().decode()
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert (policy["script-src"], policy["style-src"], policy["connect-src"]) == ("'self'", "'self'", "'self'")
    names = re.findall(r'(?:src|href)="(/[^"#]+)"', page)
    assert names
    for name in names:
        assert server.get(f"/{name.removeprefix('/')}")[0] == 200, name
    assert server.get("/assets/player.js")[0] == 200
    assert server.get("/assets/..%2fapp.py")[0] == 404
    assert server.get("/health") == (200, b'{"status":"ok"}')


def test_what_the_model_learned_enough_of_is_offered(server: Server) -> None:
    offers = json.loads(server.get("/model")[1])
    assert (offers["name"], offers["compares"]) == ("celtic", True)
    assert {"jig", "reel", "hornpipe"} <= {each["name"] for each in offers["types"]}
    assert all(each["tunes"] >= 10 for kind in ("types", "metres", "keys") for each in offers[kind])
    assert next(each["metres"] for each in offers["types"] if each["name"] == "jig")[0] == "6/8"
    assert "not for commercial use" in offers["rights"]


def test_tunes_are_composed_as_asked_and_shown_while_they_are_drawn(server: Server) -> None:
    question = {"type": "jig", "key": "D", "parts": 2, "bars": 8, "seed": 5}
    events = list(server.stream("/compose", question))
    drafts = [event for event in events if "draft" in event]
    tunes = {event["candidate"]: event["tune"] for event in events if "tune" in event}
    assert events[-1] == {"done": True, "seed": 5, "found": 4}
    assert sorted(tunes) == [0, 1, 2, 3]
    assert drafts
    assert all(event["draft"]["text"].startswith("X:") for event in drafts)
    assert any(event["draft"]["score"] for event in drafts)
    model = folkkeras.load("celtic")
    for tune in tunes.values():
        assert (tune["type"], tune["key"], tune["complete"], tune["faults"]) == ("jig", "D", True, [])
        assert tune["form"]["parts"] == [8, 8]
        assert 0.2 < tune["bits"] < 3
        assert tune["overlap"]["title"]
        assert len(tune["score"]["layouts"]["wide"]) > 1
        assert "".join(tune["score"]["layouts"]["narrow"]).count('class="measure"') == len(tune["bars"])
    (record,) = records_of(tunes[2]["text"], "it", RECORDS)
    assert reproduced(model, record) == without_record(tunes[2]["text"])


def test_a_first_phrase_is_continued(server: Server) -> None:
    question = {"type": "jig", "metre": "6/8", "key": "D", "start": "A|dfd cec|", "parts": 2, "bars": 8, "seed": 3}
    tunes = [event["tune"] for event in server.stream("/compose", question) if "tune" in event]
    assert tunes
    for tune in tunes:
        assert (tune["type"], tune["metre"], tune["key"], tune["complete"]) == ("jig", "6/8", "D", True)
        assert contents(tune)[:2] == ["A", "dfd cec"]


def test_the_load_that_is_measured_breaks_nothing() -> None:
    words = ["--people", "2", "--seconds", "1", "--requests", "80", "--alone", "1", "--rest", "0"]
    done = subprocess.run([sys.executable, str(LOAD), *words], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    assert "80 requests of all kinds: 0 wrong" in done.stdout


def test_the_overlap_names_the_bars_that_it_touches(server: Server) -> None:
    book = folkkeras.load("celtic").training_tunes.tunes
    copied = next(tune for tune in book if tune.count("|") > 12 and "\nK:G\n" in tune)
    own = contents(server.ask("/read", {"text": TUNE})["tune"])
    theirs = contents(server.ask("/read", {"text": copied})["tune"])
    text = TUNE.replace("|".join(own[2:4]), "|".join(theirs[2:4])).replace("T:The 𝄞 Tropsilder\n", "")
    found = server.ask("/read", {"text": text})["tune"]["overlap"]
    assert {3, 4} <= set(found["bars"])
    assert found["longest"] >= 8
    assert all(after == before + 1 for before, after in pairwise(found["bars"]))


def test_a_tune_that_is_edited_is_read_with_its_faults_and_places(server: Server) -> None:
    tune = server.ask("/read", {"text": TUNE})["tune"]
    assert (tune["complete"], tune["bits"]) == (True, None)
    assert contents(tune)[3] == "gece d2(Bc)"
    assert [bar["number"] for bar in tune["bars"]] == list(range(1, 9))
    assert len(tune["timing"]["notes"]) == sum(map(len, (re.findall("[a-gA-G]", each) for each in contents(tune))))
    faulty = server.ask("/read", {"text": TUNE.replace("efge|dcdA", "efg|dcdA", 1)})["tune"]
    assert next((fault["bar"], fault["message"]) for fault in faulty["faults"]) == (2, "it has 7 of 8 eighths")
    empty = server.ask("/read", {"text": "X:1\nT:<b>None</b>\nK:D\n"})["tune"]
    assert (empty["title"], empty["score"], empty["timing"], empty["bars"]) == ("<b>None</b>", None, None, [])


def test_marked_bars_are_rewritten_and_locked_ones_stay(server: Server) -> None:
    text = TUNE.replace("𝄞 ", "")
    *found, last = server.stream("/rewrite", {"text": text, "bars": [3, 4], "seed": 1})
    assert last == {"done": True, "seed": 1, "found": len(found)}
    own = contents(server.ask("/read", {"text": text})["tune"])
    for event in found:
        new = contents(event["tune"])
        assert new[:2] + new[4:] == own[:2] + own[4:]
        assert new[2:4] != own[2:4]
    *varied, _ = server.stream("/vary", {"text": text, "amount": 0.3, "locked": [1, 2, 3, 4], "seed": 1})
    for event in varied:
        assert contents(event["tune"])[:4] == own[:4]


def test_files_are_downloads(server: Server, tmp_path) -> None:
    for format, begin in (
        ("abc", b"X:1"),
        ("mid", b"MThd"),
        ("musicxml", b"<?xml"),
        ("svg", b"<svg"),
        ("ogg", b"OggS"),
    ):
        answer = server.post("/render", {"text": TUNE, "format": format})
        assert answer.headers["Content-Disposition"] == f'attachment; filename="the-tropsilder.{format}"'
        data = answer.read()
        assert data.startswith(begin)
        (tmp_path / f"tune.{format}").write_bytes(data)
    notes = [
        message.note
        for message in mido.MidiFile(tmp_path / "tune.mid")
        if message.type == "note_on" and message.velocity
    ]
    assert notes == [note[2] for note in server.ask("/read", {"text": TUNE})["tune"]["timing"]["notes"]]
    book = server.post("/book", {"texts": [TUNE, TUNE.replace("Tropsilder", "Second")]})
    page = book.read().decode()
    assert page.count("<article") == 2
    assert "The 𝄞 Second" in page


def test_books_are_engraved_a_few_at_a_time(server: Server) -> None:
    texts = [TUNE.replace("The 𝄞", f"Number {number}") for number in range(50)]
    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(lambda _: server.post("/book", {"texts": texts}), range(8)))
    assert sorted(answer.status for answer in answers) == [200] * 4 + [503] * 4
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status == 503)
    for answer in answers:
        answer.read()
    assert server.post("/book", {"texts": [TUNE]}).status == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/read", b"{", 400, "the request is not JSON"),
        ("/read", b"[" * 50_000, 400, "the request is not JSON"),
        ("/read", b"[]", 400, "the request is not a JSON object"),
        ("/read", b'{"text": 5}', 400, "text is not a text"),
        ("/read", rb'{"text": "\ud800"}', 400, "not JSON in UTF-8"),
        ("/vary", json.dumps({"text": TUNE, "amount": 10**400}).encode(), 400, "amount is not a number"),
        ("/read", b'{"text": "hello"}', 400, "the text has 0 tunes, not one: a tune begins with a line X:1"),
        ("/read", b'{"text": "' + b"a" * 70_000 + b'"}', 413, "the request has more than 65,536 bytes"),
        ("/read", json.dumps({"text": "X:1\nK:D\n" + "d|" * 500}).encode(), 400, "the tune has more than 400 bars"),
        ("/rewrite", json.dumps({"text": TUNE, "bars": []}).encode(), 400, "no bars are given"),
        ("/rewrite", json.dumps({"text": TUNE, "bars": [99]}).encode(), 400, "has no bar 99"),
        ("/rewrite", json.dumps({"text": TUNE, "bars": "all"}).encode(), 400, "bars is not a list of numbers of bars"),
        ("/vary", json.dumps({"text": TUNE, "locked": list(range(1, 9))}).encode(), 400, "are locked"),
        ("/vary", json.dumps({"text": TUNE, "amount": 7}).encode(), 400, "above 0 and up to 1"),
        ("/compose", b'{"metre": "x"}', 400, "'x' is not a metre"),
        ("/compose", b'{"temperature": 9}', 400, "temperature 9.0 is above 2.0"),
        ("/compose", b'{"parts": 100}', 400, "at most 8 parts"),
        ("/compose", b'{"start": "abc|"}', 400, "a first phrase needs a metre and a key"),
        ("/compose", b'{"title": "a\\nb"}', 400, "is not a header field"),
        ("/render", json.dumps({"text": TUNE, "format": "exe"}).encode(), 400, "the format is not one of"),
        ("/render", b'{"text": "X:1\\nK:D\\n", "format": "mid"}', 400, "it has no notes"),
        (
            "/render",
            json.dumps({"text": TUNE, "format": "ogg", "instrument": "saw"}).encode(),
            400,
            "'saw' is not one of",
        ),
        ("/book", b'{"texts": []}', 400, "a book has from 1 to 50 tunes"),
        (
            "/book",
            json.dumps({"texts": [TUNE + "d8|\n" * 500] * 50}).encode(),
            400,
            "the book's tunes have more than 100,000 characters",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(server: Server, path: str, body: bytes, status: int, message: str) -> None:
    answer = server.send("POST", path, body, JSON)
    error = json.loads(answer.read())["error"]
    assert answer.status == status
    assert message in error
    assert "\n" not in error


def test_other_hosts_and_other_pages_are_refused(server: Server) -> None:
    body = json.dumps({"text": TUNE}).encode()
    own = {**JSON, "Host": f"localhost:{server.port}"}
    assert server.send("POST", "/read", body, own).status == 200
    assert server.send("POST", "/read", body, {**own, "Origin": f"http://localhost:{server.port}"}).status == 200
    assert server.send("POST", "/read", body, {**own, "Origin": "http://evil.example"}).status == 403
    assert server.send("POST", "/read", body, {**own, "Sec-Fetch-Site": "cross-site"}).status == 403
    assert server.send("POST", "/read", body, {**JSON, "Host": "evil.example"}).status == 400
    assert server.send("POST", "/read", body, {"Content-Type": "text/plain"}).status == 400
    assert server.get("/", Host="evil.example")[0] == 400
    assert server.get("/", **{"Sec-Fetch-Site": "cross-site"})[0] == 200  # a link to the page


@pytest.mark.parametrize("host", ["LocalHost", "[::1]", "127.0.0.1"])
def test_a_host_is_recognised_in_every_spelling(server: Server, host: str) -> None:
    assert server.get("/health", Host=host)[0] == 200
    assert server.get("/health", Host=f"{host}:{server.port}")[0] == 200


def test_a_client_that_leaves_is_forgotten(server: Server) -> None:
    for _ in range(3):
        connection = socket.create_connection(("127.0.0.1", server.port))
        body = b'{"type": "reel"}'
        connection.sendall(
            b"POST /compose HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
        )  # fmt: skip
        connection.recv(100)
        connection.close()
    assert list(server.stream("/compose", {"type": "jig"}))[-1]["found"] == 4


def test_the_command_says_in_one_line_what_is_wrong(folk: Folk, server: Server, tmp_path) -> None:
    fails(folk("compose", "celtic", "--no-browser", "--port", server.port), 2, f"port {server.port}", "another --port")
    fails(folk("compose", "celtic", "--port", 70_000), 2, "--port 70000 is not a port")
    (tmp_path / "no.keras").write_text("no model")
    fails(folk("compose", "no.keras", "--no-browser", "--port", 0), 1, "no.keras")


def test_ctrl_c_ends_it_in_mid_tune_without_a_traceback() -> None:
    with Server("celtic") as running:
        answer = running.post("/compose", {"type": "reel"})
        answer.readline()
        running.process.send_signal(signal.SIGINT)
        out, err = running.process.communicate(timeout=30)
        assert running.process.returncode == 0
        assert (out, err) == ("", "Ctrl-C stops it\nstopped\n")


def test_nothing_of_a_request_is_printed() -> None:
    with Server("celtic") as running:
        running.ask("/read", {"text": TUNE})
        running.ask("/read", {"text": "X:1\nK:secret\n"})
        running.process.send_signal(signal.SIGINT)
        assert running.process.communicate(timeout=30)[1] == "Ctrl-C stops it\nstopped\n"
