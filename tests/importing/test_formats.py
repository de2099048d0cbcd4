"""Tunes are read from other formats, known by their content."""

import gzip
import json
import random
from collections import Counter
from pathlib import Path

import pytest
from support.formats import FOLK_RNN, as_csv, as_zip, files_of, irishman_of, settings_of
from support.terminal import Folk, fails

from folkkeras.config import TrainingConfig
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.sources import read_source
from folkkeras.errors import CorpusError
from folkkeras.importing.notes import Notes
from folkkeras.importing.reading import abc_texts
from folkkeras.music.reading import read_tunes
from folkkeras.music.render.instruments import instrument
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.performance import Playing
from folkkeras.runs.folder import create_run

RYANS = read_source("ryans").tunes[:40]


def read(data: bytes, **options: str) -> tuple[str, Notes]:
    notes = Notes()
    return "".join(abc_texts(data, "a file", notes, **options)), notes


@pytest.mark.parametrize("name", files_of(RYANS))
def test_every_format_gives_the_same_normal_form(name: str, tmp_path: Path) -> None:
    plain, other = tmp_path / "plain.abc", tmp_path / "without-suffix"
    plain.write_text("".join(RYANS))
    other.write_bytes(files_of(RYANS)[name])
    expected, found = read_corpus(str(plain)), read_corpus(str(other))
    assert found.found == expected.found == len(RYANS)
    # The Session has no field for the transcriber's other fields, so that only the music has to be the same there.
    if name.startswith("tunes.") and name.endswith(("csv", "json")):
        assert [tune.partition("\nK:")[2] for tune in found.training] == [
            tune.partition("\nK:")[2] for tune in expected.training
        ]
    else:
        assert found.digest == expected.digest


def test_a_setting_becomes_a_tune_with_all_its_fields() -> None:
    record = {"tune_id": 7, "setting_id": 21, "name": "Cup Of Tea, The", "type": "reel", "meter": "4/4",
              "mode": "Edorian", "abc": "|:BAGF E2 (3FGA|\r\n\r\nB4 e4:|"}  # fmt: skip
    text, notes = read(json.dumps([record]).encode())
    assert text == "X:21\nT:Cup Of Tea, The\nR:reel\nM:4/4\nL:1/8\nK:Edorian\n|:BAGF E2 (3FGA|\nB4 e4:|\n\n"
    assert notes.restricted == {"The Session"}


def test_only_the_first_setting_of_each_tune_is_read() -> None:
    data = as_csv(settings_of(RYANS))
    text, notes = read(data, settings="first")
    assert text.count("X:") == len(RYANS) // 2
    assert notes.skipped == Counter({"further settings of a tune": len(RYANS) // 2})
    assert read(data)[0].count("X:") == len(RYANS)


def test_folk_rnns_tokens_are_joined() -> None:
    text, notes = read(FOLK_RNN.encode())
    one, two = read_tunes(text)
    assert one.text == "X:1\nM:9/8\nL:1/8\nK:Cmaj\nGEEE2DEDC | GEEEFGABc | GEEE2DEDC |\n\n"
    assert (two.title, two.key, two.complete) == ("The Token Reel", "Cdor", True)
    assert notes.skipped == Counter({"blocks without a metre, a key or notes": 1})


def test_all_formats_of_a_folder_are_read_and_trained_on(folk: Folk, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    tune = read_tunes("".join(RYANS))[0]
    files = {
        "tunes.csv": as_csv(settings_of(RYANS[:8])),
        "irishman.json": json.dumps(irishman_of(RYANS[8:16])).encode(),
        "tokens.gz": gzip.compress(FOLK_RNN.encode()),
        "reel.mxl": as_zip({"META-INF/container.xml": b"<container/>", "reel.musicxml": musicxml_bytes(tune)}),
        "reel.mid": midi_bytes(tune, instrument("flute"), Playing()),
        ".hidden.json": b"{",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    done = folk("corpus", "stats", folder)
    assert "of 20 found" in done.stdout
    assert "control codes 8" in done.stdout
    assert "The Session: the licence forbids" in done.stdout
    fails(folk("train", folder, "--steps", 1), 1, "The Session", "--i-hold-the-rights")
    options = ("--steps", 1, "--units", 4, "--embedding", 4, "--i-hold-the-rights")
    assert folk("train", folder, "--name", "one", *options).returncode == 0
    config = json.loads((tmp_path / "runs/one/config.json").read_text())
    assert config["options"]["i_hold_the_rights"] is True
    (folder / "tunes.abc").write_text("".join(RYANS[16:20]))
    assert "of 4 found" in folk("corpus", "stats", folder).stdout  # ABC files come before their renderings


def test_tunes_that_must_not_be_trained_on_are_refused_in_python(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(as_csv(settings_of(RYANS)))
    corpus = read_corpus(str(path), settings="first")
    with pytest.raises(CorpusError, match="The Session forbids"):
        create_run(tmp_path / "runs", "one", corpus, TrainingConfig())
    create_run(tmp_path / "runs", "one", corpus, TrainingConfig(i_hold_the_rights=True, settings="first"))


def test_commands_read_other_formats_and_say_what_they_leave_out(folk: Folk, tmp_path: Path) -> None:
    (tmp_path / "tunes").write_bytes(json.dumps(irishman_of(RYANS[:3])).encode())
    done = folk("check", "tunes")
    assert done.stdout.count("X:") == 3
    assert "left out of tunes: control codes (3)" in done.stderr
    done = folk("render", "-", "--to", "abc", "--out", "out.abc", stdin=FOLK_RNN)
    assert "The Token Reel" in (tmp_path / "out.abc").read_text()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (as_csv(settings_of(RYANS))[:-200], None),
        (b'tune_id,setting_id,name,type,meter,mode\n1,1,"x",reel,4/4,Gmaj\n', ["record 1", "'mode'", '"abc"']),
        (json.dumps(irishman_of(RYANS)).encode()[:-300], ["broken JSON after 39 records", "line 1"]),
        (json.dumps(irishman_of(RYANS)).encode()[:-1], ["cut off after 40 records"]),
        (b'[{"abc notation": 1}, 2]', ["not objects with tunes"]),
        (b'{"tunes": []}', ["record 1", "'tunes'"]),
        (b"[" * 4_000 + b"{}", ["no tune"]),
        (b'[{"a": ' + b"[" * 100_000 + b"}]", ["broken JSON"]),
        (b"PK\x05\x06" + bytes(18), ["no file with tunes"]),
        (as_zip({"x.txt": b"X:1"}), ["no file with tunes"]),
        (as_zip({"x.abc": b"X:1\nK:C\nCDEF|"})[:-30], ["damaged zip file"]),
        (gzip.compress(b"X:1\nK:C\nCDEF|" * 50)[:-20], ["damaged gzip file"]),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"X:1\nK:C\nCDEF|")))), ["too many archives"]),
        (b'<?xml version="1.0"?><html><body>score-partwise</body></html>', ["web page"]),
        (b"", ["empty"]),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else None,  # the bytes of an archive contain the time
)  # fmt: skip
def test_damaged_files_are_reported_in_one_line(data: bytes, words: list[str] | None, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    if words is None:  # a table that is cut off loses its last row alone
        assert len(read_source(str(path)).tunes) == len(RYANS) - 1
        assert read_source(str(path)).skipped["rows with missing or additional columns"] == 1
        return
    with pytest.raises(CorpusError) as caught:
        read_source(str(path))
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_what_unpacks_to_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(300):
            file.write(bytes(2**20))
    with pytest.raises(CorpusError, match="unpacks to more than 256 MB"):
        read_source(str(path))


def test_a_zip_file_that_is_encrypted_or_packed_unusually_is_refused(tmp_path: Path) -> None:
    data = as_zip({"x.abc": b"X:1\nK:C\nCDEF|" * 9})
    # The flags and the method stand in the local header and in the directory: PKWARE's APPNOTE, 4.3.7 and 4.3.12.
    for offset, value, words in ((6, 1, "is encrypted"), (8, 97, "packed in an unusual way")):
        changed = bytearray(data)
        for place in (data.find(b"PK\3\4") + offset, data.find(b"PK\1\2") + offset + 2):
            changed[place] = value
        with pytest.raises(CorpusError, match=words):
            read(bytes(changed))


def test_mutated_files_are_read_or_refused_in_one_line() -> None:
    tune = read_tunes("".join(RYANS))[1]
    files = list(files_of(RYANS[:4]).values())
    files += [FOLK_RNN.encode(), musicxml_bytes(tune), midi_bytes(tune, instrument("flute"), Playing())]
    chance, results = random.Random(4), Counter[bool]()
    for _ in range(150):
        data = bytearray(chance.choice(files))
        for _ in range(chance.choice((1, 2, 8))):
            place = chance.randrange(len(data) or 1)
            match chance.randrange(4):
                case 0:
                    data[place : place + 1] = bytes([chance.randrange(256)])
                case 1:
                    data[place:place] = chance.choice((b"0", b"-1", b"999999999", b"{", b'"', b"\xff\xff\xff\x7f"))
                case 2:
                    del data[place : place + chance.randrange(1, 20)]
                case 3:
                    del data[max(1, place) :]
        try:
            read_tunes(read(bytes(data))[0])
            message = ""
        except CorpusError as error:
            message = str(error)
        assert "\n" not in message
        results[not message] += 1
    assert min(results[True], results[False]) > 20
