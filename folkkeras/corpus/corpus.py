"""A corpus: training tunes, and held-out tunes that measure how well a model has learned.

Whether a tune is held out depends on a hash of its music. The choice is therefore the same on every machine, does not
change when tunes are added, and never separates copies of a tune.
"""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from folkkeras.corpus.packed_tunes import GrowingTuneList, TuneList
from folkkeras.errors import CorpusError
from folkkeras.notation.normal_form import normalise

EVALUATED = 1_000_000  # maximum held-out characters in a final evaluation; enough for three digits
_HASHED = 16  # bytes of a tune's hash that identify it


@dataclass(frozen=True)
class Corpus:
    """Training and held-out tunes. Every text ends in a blank line."""

    sources: tuple[str, ...]  # collection names, absolute paths, or "-"
    raw: bool  # whether texts are verbatim instead of in the normal form
    chords: bool  # whether the normal form keeps chord symbols
    training: TuneList
    held_out: TuneList
    found: int  # tunes before any were left out
    dropped: Counter[str]  # what was left out -> count
    duplicates: int  # tunes with the same music as an earlier one
    digest: str  # SHA-256 of both texts: corpora with the same digest train the same model
    restricted: tuple[str, ...] = ()  # collections in it whose licence forbids training on them
    unread: tuple[str, ...] = ()  # the scores that were left out, since they cannot be read as one melody

    @property
    def training_text(self) -> str:
        """The training tunes, joined."""
        return self.training.text

    @property
    def held_out_text(self) -> str:
        """The held-out tunes, joined."""
        return self.held_out.text

    @property
    def counts(self) -> Counter[str]:
        """How often each character occurs in both texts."""
        return self.training.counts() + self.held_out.counts()


def sample_of(tunes: Sequence[str], characters: int) -> list[str]:
    """A fixed sample of tunes, chosen by hash, of at most `characters` characters; never less than part of a tune."""
    hashes = np.fromiter((int.from_bytes(_hash(tune)[:8]) for tune in tunes), np.uint64, len(tunes))
    sample: list[str] = []
    for number in np.argsort(hashes, kind="stable").tolist():
        tune = tunes[number]
        if len(tune) <= characters:
            sample.append(tune)
            characters -= len(tune)
        if not characters:
            break
    return sample or [tunes[int(np.argmin(hashes))][:characters]]


def at_most(tunes: TuneList, characters: int) -> Sequence[str]:
    """All tunes, or a fixed sample of them if they have more than `characters` characters."""
    return tunes if tunes.length <= characters else sample_of(tunes, characters)


def in_form(tunes: Iterable[str], *, raw: bool = False, chords: bool = False) -> list[str]:
    """The tunes as a model reads them: verbatim if `raw`, else in the normal form and without duplicates.

    Args:
        tunes: each from its `X:` line on.
        raw: keep the text verbatim, including duplicates.
        chords: keep chord symbols in the normal form.
    """
    if raw:
        return list(tunes)
    texts: dict[str, str] = {}
    for tune in tunes:
        normal = normalise(tune)
        if not normal.fault:
            texts.setdefault(normal.body, normalise(tune, chords=True).text if chords else normal.text)
    return list(texts.values())


def unlearned(tunes: Sequence[str], learned: Iterable[str]) -> list[str]:
    """The tunes whose music differs from that of every learned tune, whatever their titles."""
    bodies = {normalise(tune).body for tune in learned}
    return [tune for tune in tunes if normalise(tune).body not in bodies]


def split_corpus(
    tunes: Iterable[str],
    *,
    raw: bool = False,
    chords: bool = False,
    validation_split: float = 0.1,
    split: int = 0,
    dropped: Counter[str] | None = None,
) -> Corpus:
    """Bring tunes into the normal form (unless `raw`) and split them into training and held-out ones.

    Args:
        tunes: each from its `X:` line on.
        raw: keep the text verbatim, including duplicates.
        chords: keep chord symbols in the normal form. Tunes that differ in them alone are duplicates all the same.
        validation_split: the fraction of tunes to hold out; at least one tune is held out.
        split: which choice of held-out tunes; it salts the hash.
        dropped: counts of what was dropped earlier; updated in place.

    Raises:
        CorpusError: fewer than two tunes remain: one to train on and one to hold out.
    """
    dropped = Counter() if dropped is None else dropped
    seen: set[bytes] = set()
    hashes = array("Q")  # of the training tunes
    training, held_out = GrowingTuneList(), GrowingTuneList()
    found = duplicates = 0
    faults: Counter[str] = Counter()  # why whole tunes were left out -> count
    for tune in tunes:
        found += 1
        normal = normalise(tune)
        body = _hash(normal.body)[:_HASHED]
        kept = normalise(tune, chords=True) if chords else normal
        if not raw:
            dropped.update(kept.dropped)
            if fault := normal.fault:
                faults[fault] += 1
                continue
        if body in seen:
            duplicates += 1
            if not raw:
                continue
        seen.add(body)
        number = int.from_bytes((_hash(f"{split}\n{normal.body}") if split else body)[:8])
        if number < validation_split * 2**64:
            held_out.append(tune if raw else kept.text)
        else:
            training.append(tune if raw else kept.text)
            hashes.append(number)
    dropped.update(faults)
    if len(seen) < 2:
        left_out = faults + Counter({"tunes with the music of an earlier one": duplicates})
        reasons = ", ".join(f"{reason} ({count:,})" for reason, count in left_out.items())
        raise CorpusError(
            f"the corpus has {len(seen)} tune{'s' * (len(seen) != 1)} to train on"
            f"{'; left out: ' * bool(reasons)}{reasons}: give at least two different ones, since one is held out"
        )
    if not hashes:
        raise CorpusError(
            f"--validation-split {validation_split} leaves no tune to train on: give a smaller fraction or more tunes"
        )
    learned, held = training.done(), held_out.done()
    if not held:
        least = min(hashes)
        held = TuneList.of(tune for tune, number in zip(learned, hashes, strict=True) if number == least)
        learned = TuneList.of(tune for tune, number in zip(learned, hashes, strict=True) if number != least)
    return Corpus(
        sources=(),
        raw=raw,
        chords=chords,
        training=learned,
        held_out=held,
        found=found,
        dropped=dropped,
        duplicates=duplicates,
        digest=_digest(learned, held),
    )


def require_window(characters: int, seq_length: int) -> None:
    """Check that a training text has room for one window and its last label.

    Args:
        characters: length of the text.
        seq_length: length of a window, in characters.

    Raises:
        CorpusError: the text is too short.
    """
    if characters <= seq_length:
        raise CorpusError(
            f"the training tunes have {characters} characters, fewer than the {seq_length + 1} of one window and "
            "its last label: give more tunes or a smaller --seq-length"
        )


def _digest(training: TuneList, held_out: TuneList) -> str:
    digest = hashlib.sha256()
    for piece in chain(training.pieces(), ["\0"], held_out.pieces()):
        digest.update(piece.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
