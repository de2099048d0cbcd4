"""The cache of large corpora: they are read once and then mapped, and damaged files are detected."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from folkkeras.corpus import cache as cache_module
from folkkeras.corpus import load
from folkkeras.corpus.cache import MAX_CACHED, corpora, store
from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.load import read_corpus


@pytest.fixture
def corpus_file(tmp_path: Path, tune_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOLKKERAS_CACHE", str(tmp_path / "keras"))
    monkeypatch.setattr(load, "LARGE", 1_000)
    path = tmp_path / "book.abc"
    path.write_text(tune_file.read_text() + "\nX:1\nT:Žlutý\nK:D\nABc|]\n")
    return path


def contents(corpus: Corpus) -> list[object]:
    names = ("sources", "raw", "found", "dropped", "duplicates", "digest", "training_text", "held_out_text")
    return [getattr(corpus, name) for name in names]


def test_the_second_read_uses_the_cache(corpus_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_corpus(str(corpus_file))
    folders = list(corpora().iterdir())
    assert len(folders) == 1
    monkeypatch.setattr(load, "split_corpus", None)  # the file must not be read again
    second = read_corpus(str(corpus_file))
    assert not second.training.ids.flags.owndata
    assert contents(first) == contents(second)
    monkeypatch.undo()
    monkeypatch.setenv("FOLKKERAS_CACHE", str(tmp_path / "elsewhere"))
    assert contents(read_corpus(str(corpus_file))) == contents(second)  # too small to be cached
    assert not corpora().exists()


def test_another_text_or_option_gives_another_corpus(corpus_file: Path) -> None:
    one = read_corpus(str(corpus_file))
    assert read_corpus(str(corpus_file), split=1).digest != one.digest
    assert read_corpus(str(corpus_file), raw=True).digest != one.digest
    corpus_file.write_text(corpus_file.read_text() + "\nX:1\nT:One more\nK:D\nABcd|]\n")
    assert read_corpus(str(corpus_file)).found == one.found + 1
    assert len(list(corpora().iterdir())) == MAX_CACHED
    read_corpus(str(corpus_file), split=2)
    assert len(list(corpora().iterdir())) == MAX_CACHED


@pytest.mark.parametrize("name", ["corpus.json", "training.ids.npy", "held_out.ends.npy"])
def test_a_damaged_cache_file_is_rebuilt(corpus_file: Path, name: str) -> None:
    intact = contents(read_corpus(str(corpus_file)))
    (folder,) = corpora().iterdir()
    for damage in (lambda data: data[:-3], lambda data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:], lambda _: b""):
        good = (folder / name).read_bytes()
        (folder / name).write_bytes(damage(good))
        assert contents(read_corpus(str(corpus_file))) == intact
        assert (folder / name).read_bytes() == good


def test_a_corpus_is_read_even_if_it_cannot_be_cached(corpus_file: Path, tmp_path: Path) -> None:
    (tmp_path / "keras").write_text("a file")
    corpus = read_corpus(str(corpus_file))
    assert len(corpus.training) > 10
    store(corpus, "key")
    assert (tmp_path / "keras").read_text() == "a file"


def test_a_change_of_the_normal_form_invalidates_the_cache(tmp_path: Path) -> None:
    library = Path(cache_module.__file__).parent.parent
    for room in ("corpus", "notation"):
        shutil.copytree(library / room, tmp_path / room)
    script = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('cache', {str(tmp_path / 'corpus' / 'cache.py')!r})\n"
        "cache = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(cache)\n"
        "print(cache.key_of_corpus(['ryans'], {}))\n"
    )

    def key() -> str:
        return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout

    before = key()
    assert before == key()
    with (tmp_path / "notation" / "normal_form.py").open("a") as file:
        file.write("# changed\n")
    assert key() != before
