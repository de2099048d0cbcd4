"""`folk sample` with requests: complete or new tunes, header fields, reproduced tunes, and continued tunes."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.models import rewritten
from support.terminal import Folk
from support.trained import TrainedRun

from folkkeras.corpus.load import read_corpus
from folkkeras.errors import CorpusError, UsageError
from folkkeras.music.reading import read_tune
from folkkeras.notation.tunes import header_of, split_tunes
from folkkeras.sampling.conditioning import header_fields, matching, spelled_as_in, types_with
from folkkeras.sampling.continuation import beginning_of
from folkkeras.sampling.record import GenerationRecord, records_of, with_record

TUNE = "X:1\nT:Mine\nR:reel\nM:C\nL:1/8\nK:D\nABcd ABcd|A8:|\ndcBA dcBA|d8:|\n"


def test_requested_fields_are_spelled_as_in_the_normal_form() -> None:
    fields = header_fields(type="Slip Jig", metre="9/8", key="E dorian", title=None)
    assert fields == {"R": "slip jig", "M": "9/8", "K": "Edor"}
    with pytest.raises(UsageError, match="--metre '7/0' is not a metre"):
        header_fields(type=None, metre="7/0", key=None, title=None)
    with pytest.raises(UsageError, match="--key 'H' is not a key"):
        header_fields(type=None, metre=None, key="H", title=None)
    for title in ("", "A\nK:D", "100% proof", "%"):
        with pytest.raises(UsageError, match="--title"):
            header_fields(type=None, metre=None, key=None, title=title)


def test_a_metre_is_spelled_as_in_the_corpus_and_tunes_are_counted() -> None:
    tunes = [header_of(tune) for tune in (TUNE, TUNE, TUNE.replace("K:D", "K:G"), TUNE.replace("M:C", "M:6/8"))]
    assert spelled_as_in(tunes, {"M": "4/4"}) == {"M": "C"}
    assert spelled_as_in(tunes, {"M": "6/8"}) == {"M": "6/8"}
    assert spelled_as_in(tunes, {"M": "2/2"}) == {"M": "2/2"}
    assert matching(tunes, {"R": "reel", "K": "D", "T": "Any"}) == 3
    assert matching(tunes, {"M": "C", "K": "D"}) == 2


def test_a_type_matches_a_metre_that_a_tenth_of_its_tunes_have() -> None:
    reel, jig, slip = {"R": "reel", "M": "C"}, {"R": "jig", "M": "6/8"}, {"R": "reel", "M": "6/8"}
    assert types_with([jig, slip, *[reel] * 9], "6/8") == {"jig", "reel"}
    assert types_with([jig, slip, *[reel] * 10], "6/8") == {"jig"}
    assert types_with([jig], "9/8") == set()


def test_a_record_is_read_from_its_line_and_a_malformed_one_refused() -> None:
    record = GenerationRecord(model="a", seed=7, tune=3, start="X:1\nT:Žl", top_p=0.9, complete=True, fields={"K": "D"})
    text = with_record(TUNE, record)
    assert text.splitlines()[:3] == ["X:1", record.line(), "T:Mine"]
    assert [bar.events for bar in read_tune(text).bars] == [bar.events for bar in read_tune(TUNE).bars]
    assert records_of(text + text, "it", [GenerationRecord]) == [record, record]
    assert with_record("T:Mine\n", record) == "T:Mine\n"
    short = replace(record, max_length=300)
    assert records_of(with_record(TUNE, short), "it", [GenerationRecord])[0].request.max_length == 300
    broken = ["{", "[]", '{"model": 1}', '{"model": "a", "seed": true, "tune": 1, "start": "X"}', "[" * 9_999]
    for line in ["X:1", *(f"X:1\n%folkkeras {each}" for each in broken)]:
        with pytest.raises(CorpusError, match="it has a tune without its generation record"):
            records_of(f"{text}{line}\n", "it", [GenerationRecord])


@pytest.mark.parametrize(
    ("music", "kept"),
    [
        ("ABcd ABcd|A8:|\ndcBA dcBA|d8:|", "ABcd ABcd|A8:|"),
        ("ABcd ABcd|A8||dcBA dcBA|d8|]", "ABcd ABcd|A8||"),
        ("A8|B8|c8|d8|]", "A8|B8|"),
        ("|:A8|B8|c8|]", "|:A8|B8|"),
        ("||:A8|B8:|c8|d8|]", "||:A8|B8:|"),
    ],
)
def test_the_beginning_is_the_first_part_of_a_tune(music: str, kept: str) -> None:
    header = "X:1\nT:Mine\nM:C\nL:1/8\nK:D\n"
    assert beginning_of(read_tune(header + music + "\n")) == header + kept


@pytest.mark.parametrize(
    "text", ["X:1\nT:None\nK:D\n", "X:1\nT:A\nK:D\nM:C\nL:1/8\nA9|B8|c8:|d8|]\n", "X:1\nM:C\nL:1/8\nA8|B8|\n"]
)
def test_a_faulty_tune_is_not_continued(text: str) -> None:
    with pytest.raises(CorpusError, match="cannot continue X:1"):
        beginning_of(read_tune(text))


def test_the_command_writes_records_and_reproduces_them(folk: Folk, tmp_path: Path) -> None:
    model = "celtic"
    done = folk("sample", model, "--tunes", 3, "--seed", 4, "--complete", "--metre", "6/8", "--out", "tunes.abc")
    text = (tmp_path / "tunes.abc").read_text()
    tunes = split_tunes(text)[1]
    assert tunes
    assert done.returncode == (0 if len(tunes) == 3 else 3), done.stderr
    assert all(read_tune(tune).complete and header_of(tune)["M"] == "6/8" for tune in tunes)
    again = folk("sample", model, "--reproduce", "tunes.abc")
    assert again.stdout == text
    assert again.returncode == 0, again.stderr
    other = tmp_path / "other.abc"
    other.write_text(text.replace('"model": "', '"model": "0'))
    refused = folk("sample", model, "--reproduce", other)
    assert refused.returncode == 2
    assert "name the original MODEL" in refused.stderr
    plain = tmp_path / "plain.abc"
    plain.write_text(TUNE)
    assert "without its generation record" in folk("sample", model, "--reproduce", plain).stderr


@pytest.mark.parametrize("told", [None, 5, [["irish"]], {"irish": 1}])
def test_a_model_without_a_valid_corpus_cannot_limit_copies(
    folk: Folk, trained: TrainedRun, tmp_path: Path, told: object
) -> None:
    data = trained.run.best.read_bytes()
    rewritten(data, tmp_path / "model.keras", lambda saved: saved["config"]["metadata"].update(corpus=told))
    done = folk("sample", "model.keras", "--max-copy", 24)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr


def test_an_uneven_first_part_cannot_begin_a_complete_tune(folk: Folk, tmp_path: Path) -> None:
    header = "X:1\nT:Mine\nM:C\nL:1/8\nK:D\n"
    text = header + "|:A2|B8|c6 d2:|\n|:d2|efga abcd|a6:|\n"
    assert beginning_of(read_tune(text)) == header + "|:A2|B8|c6 d2:|"
    (tmp_path / "mine.abc").write_text(text)
    done = folk("sample", "celtic", "--continue", "mine.abc", "--complete")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert "cannot continue X:1 Mine to a complete tune: in its first part, line 6, bar 2" in done.stderr
    assert "leave out --complete" in done.stderr


def test_tunes_are_reproduced_only_with_the_same_corpus(
    folk: Folk, trained: TrainedRun, tune_file: Path, tmp_path: Path
) -> None:
    book = tmp_path / "book.abc"
    book.write_bytes(tune_file.read_bytes())
    data = trained.run.best.read_bytes()
    rewritten(data, tmp_path / "model.keras", lambda saved: saved["config"]["metadata"].update(corpus=[str(book)]))
    words = ["sample", "model.keras", "--metre", "2/4", "--tunes", 3, "--seed", 2, "--out"]
    assert folk(*words, "judged.abc").returncode == 0
    text = (tmp_path / "judged.abc").read_text()
    assert folk("sample", "model.keras", "--reproduce", "judged.abc").stdout == text
    book.write_text(book.read_text().replace("A", "B", 1))
    done = folk("sample", "model.keras", "--reproduce", "judged.abc")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert "have changed since the model was trained on them" in done.stderr
    assert "cannot check the tunes against the training tunes" in folk(*words, "alone.abc").stderr
    alone = (tmp_path / "alone.abc").read_text()
    assert '"training_checks": false' in alone
    book.write_bytes(tune_file.read_bytes())
    assert folk("sample", "model.keras", "--reproduce", "alone.abc").stdout == alone
    assert folk("sample", "model.keras", "--reproduce", "alone.abc", "--out", "page.html").returncode == 0
    page = (tmp_path / "page.html").read_text()
    assert "<dt>model</dt>" in page
    assert "<dt>seed</dt>" not in page  # each tune has its own


def test_tunes_sampled_in_float32_are_reproduced_in_float32(folk: Folk, tmp_path: Path) -> None:
    texts = []
    for name, words in (("exact.abc", ("--float32",)), ("rounded.abc", ())):
        assert folk("sample", "celtic", *words, "--tunes", 2, "--seed", 5, "--out", name).returncode == 0
        texts.append((tmp_path / name).read_text())
    assert texts[0] != texts[1]
    both = "\n".join(text.rstrip() + "\n" for text in texts)
    (tmp_path / "both.abc").write_text(both)
    assert folk("sample", "celtic", "--reproduce", "both.abc").stdout == both


def test_the_command_continues_a_tune(folk: Folk, tmp_path: Path) -> None:
    tune = next(tune for tune in read_corpus(["ryans"]).training if read_tune(tune).complete and ":|" in tune)
    (tmp_path / "mine.abc").write_text(tune)
    done = folk("sample", "celtic", "--continue", "mine.abc", "--seed", 1)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(beginning_of(read_tune(tune)))
    (tmp_path / "two.abc").write_text(tune * 2)
    assert "has 2 tunes" in folk("sample", "celtic", "--continue", "two.abc").stderr


def test_rare_fields_are_reported_and_conflicting_options_refused(folk: Folk, trained: TrainedRun) -> None:
    done = folk("sample", trained.run.best, "--key", "Dmix", "--seed", 1)
    assert "only 1 training tune has K:Dmix: results may be poor" in done.stderr
    for words in (
        ["--start", "X:1", "--key", "D"],
        ["--continue", "a.abc", "--reproduce", "a.abc"],
        ["--length", "10", "--complete"],
        ["--key", "nonsense"],
        ["--metre", "foo"],
        ["--metre", "7/0"],
        ["--reproduce", "a.abc", "--seed", "4"],
        ["--reproduce", "a.abc", "--temperature", "0.5"],
        ["--out", "tunes.doc"],
        ["--start", "X:1\\nT:A\\nX:2\\n", "--tunes", "2"],
        ["--max-copy", "0", "--complete"],
    ):
        refused = folk("sample", trained.run.best, *words)
        assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1), refused.stderr


def test_a_limit_on_copies_names_the_tune_that_was_copied(folk: Folk) -> None:
    done = folk("sample", "celtic", "--complete", "--max-copy", "1", "--seed", 1)
    assert (done.returncode, done.stdout) == (3, "")
    assert "shared " in done.stderr
    assert " notes with " in done.stderr


def test_several_tunes_are_refused_for_one_sound_file(folk: Folk, tmp_path: Path) -> None:
    done = folk("sample", "celtic", "--tunes", 3, "--out", "new.mp3")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "--out new.mp3 is one file, but 3 tunes are asked for: give a page, such as --out new.html" in done.stderr
    assert not list(tmp_path.iterdir())
