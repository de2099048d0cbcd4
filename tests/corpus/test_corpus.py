"""Joining, splitting and measuring a corpus."""

import http.server
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from support.tunes import TUNES

from folkkeras.corpus.collections import fetch
from folkkeras.corpus.corpus import sample_of, split_corpus
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.statistics import corpus_statistics
from folkkeras.errors import CorpusError
from folkkeras.notation.normal_form import normalise


def test_a_tenth_is_held_out_and_a_larger_corpus_moves_no_tune() -> None:
    few, many = split_corpus(TUNES[:100]), split_corpus(TUNES)
    assert 10 <= len(many.held_out) <= 35  # of 200, each with a probability of one in ten
    assert set(few.training) <= set(many.training)
    assert set(few.held_out) <= set(many.held_out)


def test_normalising_does_not_move_a_tune_across_the_split() -> None:
    normal, raw = split_corpus(TUNES), split_corpus(TUNES, raw=True)
    raw_music = {normalise(tune).body for tune in raw.held_out}
    assert {normalise(tune).body for tune in normal.held_out} <= raw_music


def test_raw_leaves_the_text_unchanged() -> None:
    corpus = split_corpus(TUNES, raw=True)
    assert sorted((*corpus.training, *corpus.held_out)) == sorted(TUNES)


def test_tunes_with_the_same_body_count_once_whatever_their_titles() -> None:
    again = [TUNES[0].replace("T:", "T:Again ", 1)]
    corpus = split_corpus([*TUNES, *again])
    assert corpus.duplicates == split_corpus(TUNES).duplicates + 1
    assert not any("T:Again" in tune for tune in (*corpus.training, *corpus.held_out))


def test_at_least_one_tune_is_held_out_and_one_is_for_training() -> None:
    corpus = split_corpus(TUNES[:2], validation_split=0.001)
    assert (len(corpus.training), len(corpus.held_out)) == (1, 1)
    with pytest.raises(CorpusError, match="1 tune to train on"):
        split_corpus(TUNES[:1])


def test_an_empty_corpus_says_why_its_tunes_were_left_out() -> None:
    voices = "X:1\nK:D\nV:1\nDEFG|\nV:2\nDEFG|\n\n"
    with pytest.raises(
        CorpusError, match=r"left out: tunes in several voices \(2\), tunes with the music of an earlier one \(1\):"
    ):
        split_corpus([voices, TUNES[0], TUNES[0], voices])


def test_splits_differ_and_each_has_copies_on_one_side_only() -> None:
    tunes = [f"X:{n}\nT:{n}\nK:D\n{'abcdefg'[n % 7]}{n}|\n\n" for n in range(200)]
    splits = [split_corpus(tunes, split=number) for number in range(3)]
    held = [set(corpus.held_out) for corpus in splits]
    assert all(8 <= len(each) <= 35 for each in held)
    assert len(held[0] & held[1]) < len(held[0])
    assert held[1] == set(split_corpus(tunes, split=1).held_out)
    assert len({corpus.digest for corpus in splits}) == 3
    copies = [*tunes, *(tune.replace("T:", "T:The ") for tune in tunes)]
    raw = split_corpus(copies, split=2, raw=True)
    assert not {tune.split("K:")[1] for tune in raw.training} & {tune.split("K:")[1] for tune in raw.held_out}


def test_the_held_out_sample_is_fixed_and_bounded() -> None:
    corpus = split_corpus(TUNES)
    sample = sample_of(corpus.held_out, 2_000)
    assert 1_000 < sum(map(len, sample)) <= 2_000
    assert sample == sample_of(split_corpus(TUNES).held_out, 2_000)
    assert len(sample_of(corpus.held_out, 50)[0]) == 50


def test_sources_are_joined_and_a_source_named_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text("".join(TUNES[:5]))
    (tmp_path / "b.abc").write_text("".join(TUNES[5:9]))
    a, b = str(tmp_path / "a.abc"), str(tmp_path / "b.abc")
    corpus = read_corpus([a, b, a])
    assert corpus.found == 9
    assert corpus.sources == (a, b)


def test_statistics_count_every_tune() -> None:
    figures = corpus_statistics(split_corpus(TUNES))
    tunes = figures.training + figures.held_out
    assert figures.keys.total() == figures.metres.total() == figures.types.total() == tunes
    assert figures.types["reel"] > 20
    assert figures.lengths[0.0] < figures.lengths[0.5] < figures.lengths[1.0]


def test_the_lab_corpus_includes_its_first_and_its_last_tune(lab_corpus: Path) -> None:
    corpus = read_corpus([str(lab_corpus)])
    figures = corpus_statistics(corpus)
    texts = (*corpus.training, *corpus.held_out)
    assert corpus.found == 804
    assert corpus.duplicates == 2
    assert len(texts) == 802
    assert figures.types["jig"] == 173
    assert any(tune.startswith("X:1\nT:Alexander's\nR:hornpipe\nM:C|\nL:1/8\nK:D\n") for tune in texts)
    last = lab_corpus.read_text().rsplit("\nT:", 1)[1].split("\n", 1)[0]
    assert any(f"T:{last}\n" in tune for tune in texts)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A local server with one tune file."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "irish.abc").write_text("".join(TUNES[:3]))

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/irish.abc"
        running.shutdown()


def test_a_collection_is_fetched_once(server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(TUNES[:3]).encode()
    path = fetch(server, sha256(text).hexdigest(), tmp_path / "cache")
    assert path.read_bytes() == text
    assert capsys.readouterr().out == ""
    gone = server.replace("127.0.0.1", "127.0.0.2")
    assert fetch(gone, sha256(text).hexdigest(), tmp_path / "cache") == path


def test_a_fetched_file_with_another_hash_is_refused(server: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot download"):
        fetch(server, "0" * 64, tmp_path / "cache")
