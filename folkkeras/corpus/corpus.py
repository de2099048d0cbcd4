"""A corpus: tunes to learn from, and tunes held out to see how well they were learned.

A tune is held out by a hash of its music, so the choice is the same on every machine, does not move
when tunes are added, and puts a tune's copies on one side.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from folkkeras.corpus.normal_form import normalise
from folkkeras.corpus.sources import read_source
from folkkeras.corpus.tune_list import TuneList
from folkkeras.errors import CorpusError


@dataclass(frozen=True)
class Corpus:
    """Tunes split into training and held-out ones; every text ends in its blank line."""

    sources: tuple[str, ...]  # collections' names, absolute paths, "-"
    raw: bool  # the text as it stands instead of the normal form
    training: TuneList
    held_out: TuneList
    found: int  # tunes before any was left out
    dropped: Counter[str]  # what is not in the texts -> how often
    duplicates: int  # tunes whose music stands in an earlier one

    @property
    def training_text(self) -> str:
        """The training tunes, joined."""
        return self.training.text

    @property
    def held_out_text(self) -> str:
        """The held-out tunes, joined."""
        return self.held_out.text

    @cached_property
    def digest(self) -> str:
        """SHA-256 of both texts: two corpora with one digest train the same model."""
        digest = hashlib.sha256(self.training_text.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
        digest.update(self.held_out_text.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def sample_of(tunes: Sequence[str], characters: int) -> list[str]:
    """A fixed sample of tunes, by hash, of at most `characters` characters, and at least a piece of one."""
    sample: list[str] = []
    for tune in sorted(tunes, key=_hash):
        if len(tune) <= characters:
            sample.append(tune)
            characters -= len(tune)
    return sample or [min(tunes, key=_hash)[:characters]]


def read_corpus(
    arguments: str | Sequence[str],
    *,
    raw: bool = False,
    holdout: float = 0.1,
    split: int = 0,
    standard_input: Path | None = None,
) -> Corpus:
    """Read, join and split the tunes of CORPUS arguments.

    Args:
        arguments: one or several: a collection's name, the path of a file or folder, or `-` for standard input.
        raw: keep the text as it stands instead of the normal form.
        holdout: the share of tunes to hold out, above 0 and below 1.
        split: which choice of them, any number; it salts the hash.
        standard_input: a file to read for `-` in place of standard input.

    Raises:
        CorpusError: a source cannot be read, or there are fewer than two tunes.
    """
    if isinstance(arguments, str):
        arguments = [arguments]
    sources = [read_source(argument, standard_input) for argument in dict.fromkeys(arguments)]
    dropped: Counter[str] = Counter()
    for source in sources:
        dropped.update(source.skipped)
    return split_corpus(
        [tune for source in sources for tune in source.tunes],
        raw=raw,
        holdout=holdout,
        split=split,
        sources=tuple(source.name for source in sources),
        dropped=dropped,
    )


def split_corpus(
    tunes: Sequence[str],
    *,
    raw: bool = False,
    holdout: float = 0.1,
    split: int = 0,
    sources: tuple[str, ...] = (),
    dropped: Counter[str] | None = None,
) -> Corpus:
    """Bring tunes into the normal form (unless `raw`) and split them into training and held-out ones.

    Args:
        tunes: each from its `X:` line on.
        raw: keep the text as it stands, duplicates too.
        holdout: the share of tunes to hold out; at least one is.
        split: which choice of them.
        sources: where the tunes came from.
        dropped: what was dropped before, to be added to.

    Raises:
        CorpusError: fewer than two tunes remain, one to learn from and one to hold out.
    """
    dropped = Counter() if dropped is None else dropped
    seen: set[bytes] = set()
    texts: list[str] = []
    hashes: list[bytes] = []
    duplicates = 0
    for tune in tunes:
        normal = normalise(tune)
        body = _hash(normal.body)
        if not raw:
            dropped.update(normal.dropped)
            if fault := normal.fault:
                dropped[fault] += 1
                continue
        if body in seen:
            duplicates += 1
            if not raw:
                continue
        seen.add(body)
        texts.append(tune if raw else normal.text)
        hashes.append(_hash(f"{split}\n{normal.body}") if split else body)
    if len(seen) < 2:
        raise CorpusError(
            f"the corpus has {len(seen)} tune{'s' * (len(seen) != 1)} to train on: "
            "give at least two different ones, since one is held out"
        )
    bound = max(int(holdout * 2**64), int.from_bytes(min(hashes)[:8]) + 1)
    held = [int.from_bytes(body[:8]) < bound for body in hashes]
    if all(held):
        raise CorpusError(f"--holdout {holdout} leaves no tune to train on: give a smaller share or more tunes")
    return Corpus(
        sources=sources,
        raw=raw,
        training=TuneList(text for text, out in zip(texts, held, strict=True) if not out),
        held_out=TuneList(text for text, out in zip(texts, held, strict=True) if out),
        found=len(tunes),
        dropped=dropped,
        duplicates=duplicates,
    )


def require_window(characters: int, seq_length: int) -> None:
    """Raise CorpusError where a text of so many characters is shorter than one window and its last label."""
    if characters <= seq_length:
        raise CorpusError(
            f"the training tunes have {characters} characters, fewer than the {seq_length + 1} of one window and "
            "its last label: give more tunes or a smaller --seq-length"
        )


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
