"""Bits per character of texts, computed by the decoding engine, without TensorFlow."""

from collections.abc import Sequence

import numpy as np

from folkkeras.notation.normal_form import normalise
from folkkeras.sampling.conditioning import nearest_spelling
from folkkeras.sampling.engine import nats_of
from folkkeras.sampling.sampling_model import MAX_SLOTS, SamplingModel


def readable_by(model: SamplingModel, tune: str) -> str:
    """A tune's text as the model reads it: in the normal form, unless the model was trained on raw text.

    Chord symbols are left out if the model was trained without them. The title is spelled with the characters that the
    model knows.
    """
    if model.metadata.get("raw"):
        return tune
    normal = normalise(tune, chords=bool(model.metadata.get("chords")))
    title = nearest_spelling(normal.header.pop("T", ""), model.vocabulary)
    if known := "".join(character for character in title if not model.vocabulary.unknown(character)).strip():
        normal.header["T"] = known
    return normal.text


def bits_per_character(model: SamplingModel, texts: Sequence[str]) -> list[float]:
    """What each text costs per character under the model, from its second character on; see `Likelihood`.

    Args:
        model: the model.
        texts: of at least two characters, all of which the model knows.
    """
    found: list[float] = []
    for begin in range(0, len(texts), MAX_SLOTS):
        found += _bits_of(model, texts[begin : begin + MAX_SLOTS])
    return found


def _bits_of(model: SamplingModel, texts: Sequence[str]) -> list[float]:
    slots = model.slots(len(texts))
    ids = [model.vocabulary.encode(text).astype(np.int32) for text in texts]
    lengths = np.array([len(each) for each in ids])
    padded = np.stack([np.pad(each, (0, lengths.max() - len(each))) for each in ids], 1)  # (characters, slots)
    nats = np.zeros(len(texts))
    for place, now in enumerate(padded):
        if place:
            nats += np.where(place < lengths, nats_of(slots.logits(), now), 0)
        slots.read(now)
    return (nats / np.log(2) / (lengths - 1)).tolist()
