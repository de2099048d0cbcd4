"""Chord symbols in the normal form: kept if asked for, without effect on which tunes are held out."""

import re
from pathlib import Path

import pytest
from support.terminal import Folk
from support.trained import QUICK
from support.tunes import TUNES

from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import in_form, split_corpus
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.transposition import in_keys_of_corpus
from folkkeras.errors import UsageError
from folkkeras.music.reading import read_tune
from folkkeras.notation.normal_form import normalise

_AT_BARS = re.compile(r"\| ?(?=[A-Ga-g])")


def chorded(tune: str) -> str:
    """The tune with a chord symbol at the beginning of nearly every bar."""
    head, key, music = tune.partition("\nK:")
    return head + key + _AT_BARS.sub(lambda match: f'{match[0]}"{"D" if match.start() % 2 else "Am7/G"}"', music)


CHORDED = [chorded(tune) for tune in TUNES[:60]]


def symbols(text: str) -> list[str]:
    return re.findall(r'"([^"]*)"', text)


def test_chords_are_kept_if_asked_for_and_do_not_move_a_tune() -> None:
    with_chords, without = split_corpus(CHORDED, chords=True), split_corpus(CHORDED)
    for kept, left_out in ((with_chords.training, without.training), (with_chords.held_out, without.held_out)):
        assert [normalise(tune).text for tune in kept] == list(left_out)
    assert set(symbols(with_chords.training_text)) == {"D", "Am7/G"}
    assert '"' not in without.training_text
    assert "chord symbols" in without.dropped
    assert "chord symbols" not in with_chords.dropped
    assert with_chords.digest != without.digest


def test_tunes_that_differ_in_their_chords_alone_are_duplicates() -> None:
    both = [tune for pair in zip(TUNES[:60], CHORDED, strict=True) for tune in pair]
    assert split_corpus(both, chords=True).duplicates >= 60
    assert len(in_form(both, chords=True)) == len(in_form(TUNES[:60]))


def test_transposed_copies_have_transposed_chords() -> None:
    tune = normalise('X:1\nT:A\nM:4/4\nL:1/4\nK:D\n"D"defg|"A7/C#"a4|]\n', chords=True).text
    other = normalise("X:1\nT:B\nM:4/4\nL:1/4\nK:G\nGABc|]\n").text
    found = {tuple(symbols(copy)) for copy in in_keys_of_corpus([tune, other]) if '"' in copy}
    assert ("D", "A7/C#") in found
    assert ("G", "D7/F#") in found


def test_raw_text_keeps_its_chords_anyway() -> None:
    with pytest.raises(UsageError, match="--chords keeps chord symbols in the normal form, and --raw keeps all text"):
        TrainingConfig(chords=True, raw=True)


def test_a_model_that_is_trained_with_chords_reads_and_writes_them(folk: Folk, tmp_path: Path) -> None:
    (tmp_path / "chords.abc").write_text("\n".join(tune.rstrip() + "\n" for tune in CHORDED))
    options = [f"--{name.replace('_', '-')}={value}" for name, value in QUICK.items()]
    done = folk("train", "chords.abc", "--chords", "--steps", 2, "--name", "mine", *options)
    assert done.returncode == 0, done.stderr
    one = next(tune for tune in CHORDED if (read := read_tune(tune)).complete and read.bars[1].number == 1)
    (tmp_path / "one.abc").write_text(one)
    done = folk("sample", "mine", "--continue", "one.abc", "--seed", 1, "--length", 400)
    assert done.returncode == 0, done.stderr
    assert symbols(done.stdout)[:2] == symbols(normalise(one, chords=True).text)[:2]
    (tmp_path / "plain.abc").write_text(normalise(one).text)
    bits = [folk("likelihood", name, "--model", "mine", "--json").stdout for name in ("one.abc", "plain.abc")]
    assert bits[0] != bits[1]
    corpus = read_corpus([str(tmp_path / "chords.abc")], chords=True)
    characters = corpus.training.length + corpus.held_out.length
    assert f"{characters:,}" in folk("corpus", "stats", "chords.abc", "--chords").stdout
    assert "--chords" in folk("runs", "show", "mine").stdout
