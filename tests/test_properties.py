"""Properties that hold for any file or command line: it is accepted, or refused with a one-line error.

Each test takes a few seconds. `make fuzz` tries far more inputs, and there no input may take two seconds.
"""

import contextlib
import io
import json
import os
import random
import sys
import tempfile
import unicodedata
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.mutation import mutated
from support.trained import TrainedRun

from folkkeras.config import TrainingConfig
from folkkeras.corpus.sources import read_source
from folkkeras.corpus.transposition import transposed
from folkkeras.distributed.cluster import Cluster, cluster_of
from folkkeras.errors import FolkError, ModelFileError, UsageError
from folkkeras.model.reader import read_exported
from folkkeras.music.reading import TuneReader, read_tune, read_tunes
from folkkeras.music.render.instruments import INSTRUMENTS
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.page import Entry, page_text
from folkkeras.music.render.performance import Playing
from folkkeras.notation.decoding import decode
from folkkeras.notation.melody import staff_places
from folkkeras.notation.normal_form import normalise
from folkkeras.notation.tunes import split_tunes
from folkkeras.vocabulary import Vocabulary
from folkkeras_cli.console import visible
from folkkeras_cli.exit_codes import run

TIMES = int(os.environ.get("FOLK_FUZZ", "1"))  # multiplies the usual number of inputs
HANG = timedelta(seconds=2) if TIMES > 1 else None


def tried(inputs: int) -> settings:
    """Settings for this many inputs, times `TIMES`."""
    return settings(
        max_examples=TIMES * inputs,
        deadline=HANG,
        database=None,
        derandomize=TIMES == 1,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    )


PIECES = [
    *("X:1\n", "T:A\n", "M:6/8\n", "M:C|\n", "L:1/8\n", "L:1/16\n", "K:Edor\n", "K:D\n", "K:HP\n", "K:none\n"),
    *("Q:1/4=90\n", "R:jig\n", "V:1\n", "V:2\n", "w: la\n", "P:AB\n", "%%x\n", "% no\n", "\n", "\n\n", "\\\n"),
    *("s:!f!\n", "I:x\n", "abc def|", "A2 B/c/d|", "(3abc", "(5:4:3abcde", "z4|", "x2", "[CEG]2", "{ga}b", "~A"),
    *(".B", "!trill!c", "+f+", "uA", "|:", ":|", "::", "|1", "|2", ":|2", "[1", "||", "|]", "[|", "|", "&", "-"),
    *("(", ")", "<", ">>", '"Am"', '"^hi"', "`", "^f", "_B", "=c", "^^g", "__a", "c''", "D,,", "9", "/", "//"),
    *("3/2", "[K:G]", "[M:3/4]", "[V:2]", "y", "$", "*", "#", "a99999999", "a/99999999", "M:0/0\n", "L:0\n"),
    *("M:99999/3\n", "L:1/0\n", "K:\n", "X:\n", "(9", "(0a", "\x00", "\x1b[2J", "\u202e"),
]
ABC = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40).map("".join)
REAL = [text for name in ("ryans", "airds") for text in read_source(name).tunes[:200]]


@st.composite
def mutated_tunes(draw: st.DrawFn) -> str:
    """A real tune after random mutations."""
    return mutated(draw(st.sampled_from(REAL)), random.Random(draw(st.integers(0, 2**32))))


TUNES = st.one_of(ABC, mutated_tunes())
LEAF = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=20))
JSON = st.recursive(
    LEAF,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)


def pitches(text: str) -> list[int]:
    """The MIDI notes of a tune as written, without repeats."""
    return [pitch.midi for bar in read_tune(text).bars for event in bar.events for pitch in event.pitches]


def one_line(error: FolkError) -> None:
    assert len(str(error).splitlines()) == 1, error


@tried(200)
@given(st.one_of(st.binary(max_size=400), TUNES.map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        decode(data, "a file").encode("utf-8")
    except FolkError as error:
        one_line(error)


@tried(200)
@given(st.lists(TUNES, max_size=3).map("".join))
def test_splitting_loses_no_tune(text: str) -> None:
    preamble, tunes = split_tunes(text)
    assert preamble + "".join(tunes) == text
    assert [line for line in text.split("\n") if line.startswith("X:")] == [tune.split("\n")[0] for tune in tunes]
    assert split_tunes("".join(tunes)) == ("", tunes)


@tried(300)
@given(TUNES)
def test_normalising_a_normal_form_does_not_change_it(text: str) -> None:
    once = normalise(text)
    if once.fault is None and "K" in once.header:  # without a key, it is unclear where the music begins
        twice = normalise(once.text)
        assert twice.text == once.text
        assert twice.fault is None
        assert not any(unicodedata.category(character) == "Cc" for character in once.text if character != "\n")
        staff_places(once.text)


@tried(200)
@given(st.one_of(TUNES, st.sampled_from(REAL)), st.integers(-6, 6))
def test_a_transposed_tune_can_be_transposed_back(text: str, fifths: int) -> None:
    tune = normalise(text)
    if tune.fault is None and (there := transposed(tune.text, fifths)) is not None:
        back = transposed(there, -fifths)
        assert back is None or pitches(back) == pitches(tune.text)
        moved = {new - old for old, new in zip(pitches(tune.text), pitches(there), strict=True)}
        up = 7 * fifths % 12
        # A word in the music of a tune with faults may look like notes, and is not transposed.
        assert moved <= {up, up - 12} or not read_tune(tune.text).complete


@tried(100)
@given(TUNES)
def test_a_tune_is_read_checked_played_and_written(text: str) -> None:
    for tune in [read_tune(text), *read_tunes(text)[:3]]:
        assert tune.complete == (not tune.faults)
        assert all(len(str(fault).splitlines()) == 1 for fault in tune.faults)
        with contextlib.suppress(FolkError):
            assert midi_bytes(tune, INSTRUMENTS["flute"], Playing(swing=True)).startswith(b"MThd")
        with contextlib.suppress(FolkError):
            assert musicxml_bytes(tune)


@tried(30)
@given(st.one_of(TUNES, st.sampled_from(REAL)), st.randoms(use_true_random=False))
def test_a_text_that_grows_and_is_cut_is_read_as_if_it_were_new(text: str, chance: random.Random) -> None:
    text, reader, place = text[:400], TuneReader(), 0
    while place < len(text):
        place += chance.randrange(1, 30)
        beginning = text[:place] + chance.choice(("", "", "", "|", "-", "]", "\n%%begintext\n"))
        assert reader.read(beginning) == read_tune(beginning)
        place -= chance.randrange(100) if chance.random() < 0.1 else 0


@tried(100)
@given(TUNES, st.text())
def test_markup_in_a_tune_is_escaped_in_the_page(text: str, title: str) -> None:
    mark = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
    tune = read_tune(text.replace("T:", f"T:{mark}", 1) if "T:" in text else f"X:1\nT:{mark}\n{text}")
    page = page_text([Entry(tune, None)], title + mark, {"model" + mark: mark})
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@tried(300)
@given(st.text())
def test_no_control_sequence_reaches_the_terminal(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(character) == "Cc" for character in shown if character not in "\t\n")


@tried(200)
@given(st.text(min_size=1))
def test_a_vocabulary_encodes_and_decodes_any_text(text: str) -> None:
    vocabulary = Vocabulary.from_text(text)
    assert vocabulary.decode(vocabulary.encode(text)) == text


@tried(300)
@given(st.dictionaries(st.sampled_from([*TrainingConfig().to_json(), "x"]), LEAF, max_size=5))
def test_options_from_a_file_are_in_range_or_refused(values: dict) -> None:
    try:
        config = TrainingConfig.from_json(values)
    except UsageError as error:
        one_line(error)
    else:
        assert TrainingConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


@tried(300)
@given(
    st.one_of(
        st.text(),
        JSON.map(json.dumps),
        st.fixed_dictionaries(
            {
                "cluster": st.dictionaries(
                    st.sampled_from(["worker", "chief", "ps"]), st.lists(st.sampled_from(["a:1", "b:2", ":", 7])) | JSON
                ),
                "task": st.fixed_dictionaries({"type": st.sampled_from(["worker", "chief"]) | JSON, "index": JSON}),
            }
        ).map(json.dumps),
    )
)
def test_a_cluster_config_is_read_or_its_fault_explained(text: str) -> None:
    try:
        cluster = cluster_of(text)
    except UsageError as error:
        one_line(error)
    else:
        assert isinstance(cluster, Cluster)
        assert 0 <= cluster.index < len(cluster.workers)


def with_config(path: Path, config: object) -> bytes:
    """A model file with another config."""
    after = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(after, "w") as target:
        for name in source.namelist():
            target.writestr(name, json.dumps(config) if name == "config.json" else source.read(name))
    return after.getvalue()


def opened(data: bytes) -> str | None:
    """The digest of a model file of these bytes, or None if it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.keras"
        path.write_bytes(data)
        try:
            return read_exported(path).digest()
        except ModelFileError as error:
            one_line(error)
            return None


@tried(40)
@given(data=st.data())
def test_a_corrupted_model_is_refused_or_unchanged(trained: TrainedRun, data: st.DataObject) -> None:
    good = trained.run.best.read_bytes()
    hurt = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(hurt) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "drop", "double"])):
            case "flip":
                hurt[place] ^= data.draw(st.integers(1, 255))
            case "cut":
                del hurt[max(1, place) :]
            case "drop":
                del hurt[place : place + data.draw(st.integers(1, 50))]
            case "double":
                hurt[place:place] = hurt[: data.draw(st.integers(1, 50))]
        hurt = hurt or bytearray(b"P")
    assert opened(bytes(hurt)) in (None, opened(good))


@tried(40)
@given(data=st.data())
def test_a_model_with_a_strange_config_is_refused_or_unchanged(trained: TrainedRun, data: st.DataObject) -> None:
    with zipfile.ZipFile(trained.run.best) as archive:
        saved = json.loads(archive.read("config.json"))
    names = ["characters", "embedding", "units", "layers", "dropout", "weight_drop", "seed", "metadata"]
    strange = data.draw(
        st.one_of(JSON, st.dictionaries(st.sampled_from(names), JSON | st.integers(0, 2**40), min_size=1))
    )
    config = {**saved, "config": {**saved["config"], **strange}} if isinstance(strange, dict) else strange
    hyperparameters = ("characters", "embedding", "units", "layers")
    same = isinstance(config, dict) and all(config["config"][name] == saved["config"][name] for name in hyperparameters)
    assert opened(with_config(trained.run.best, config)) in (
        None,
        opened(trained.run.best.read_bytes()) if same else None,
    )


WORDS = st.one_of(
    st.sampled_from(["mid", "flute", "multi-worker", "lab"]),
    st.sampled_from(["-1", "0", "1", "nan", "inf", "1e999", "0.5", "", "-", "--", "/", "..", "\x1b[2J", "[b]"]),
    st.integers().map(str),
    st.text(max_size=12).filter(lambda text: "\x00" not in text),
)  # fmt: skip
OPTIONS = {
    "check": ["--json"],
    "corpus stats": ["--raw", "--validation-split"],
    "render": ["--to", "--out", "--instrument", "--tempo", "--transpose", "--swing", "--no-repeats"],
    "runs": ["--runs"],
    "runs show": ["--runs"],
    "runs compare": ["--runs"],
    "sample": ["--tunes", "--length", "--seed", "--temperature", "--top-k", "--top-p", "--start", "--type", "--key"],
    "train": ["--steps", "--units", "--learning-rate", "--schedule", "--seed", "--name", "--preset", "--strategy"],
}


@tried(100)
@given(data=st.data())
def test_a_command_line_succeeds_or_is_refused_in_one_line(
    tune_file: Path, data: st.DataObject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command = data.draw(st.sampled_from(sorted(OPTIONS)))
    words = command.split()
    for option in data.draw(st.lists(st.sampled_from(OPTIONS[command]), max_size=3)):
        words += [option, data.draw(WORDS)]
    words += data.draw(st.lists(st.just(str(tune_file)) | WORDS, max_size=2))
    if command == "render":
        words += data.draw(st.sampled_from([["--to", "mid"], ["--to", "musicxml"], ["--out", "x.mid"], []]))
    if command in ("train", "sample"):
        words += {"train": ["--validation-split", "7"], "sample": ["--float32", "--temperature", "-1"]}[
            command
        ]  # refused before the work begins
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["folk", *words])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"X:1\nK:D\nabc|\n")))
    told, result = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(result), pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code in (0, 1, 2, 3), (words, told.getvalue())
    assert "Traceback" not in told.getvalue()
    if ended.value.code == 2:
        assert len(told.getvalue().splitlines()) == 1, (words, told.getvalue())
    assert "\x1b" not in told.getvalue()
    assert not list(tmp_path.rglob(".unfinished*"))
