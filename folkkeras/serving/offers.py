"""What the page offers: what the model has learned enough of."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from folkkeras.corpus.collections import COLLECTIONS
from folkkeras.errors import CorpusError
from folkkeras.music.render.instruments import INSTRUMENTS
from folkkeras.music.render.page.words import key_in_words
from folkkeras.notation.keys import key_of
from folkkeras.sampling.conditioning import RARE, Header
from folkkeras.sampling.form import UsualForms
from folkkeras.sampling.sampling_model import SamplingModel
from folkkeras.serving.limits import CANDIDATES, LONGEST_TEXT


def offers_of(model: SamplingModel) -> dict[str, Any]:
    """What can be asked of a model, as values for JSON: each type, metre and key that enough training tunes have."""
    usual = UsualForms.from_metadata(model.metadata)
    found: dict[str, Any] = {
        "name": model.name,
        "rights": rights_of(model),
        "types": [],
        "metres": [],
        "keys": [],
        "bars": sorted(
            {bars for metres in (usual.bars if usual else {}).values() for each in metres.values() for bars in each}
        ),
        "compares": True,
        "instruments": list(INSTRUMENTS),
        "limits": {"text": LONGEST_TEXT, "candidates": CANDIDATES},
    }
    if model.metadata.get("raw"):
        found["unavailable"] = dict.fromkeys(_KINDS, "The model was trained on raw text, whose fields have no order.")
        return found
    try:
        headers = model.training_tunes.headers
    except CorpusError:
        found["compares"] = False
        found["unavailable"] = dict.fromkeys(
            _KINDS, "The training tunes are not here, so it is unknown what it learned."
        )
        return found
    counts = {letter: Counter(header[letter] for header in headers if header.get(letter)) for letter in "RMK"}
    found["types"] = [
        {"name": name, "tunes": tunes, "metres": _metres_of(name, headers)} for name, tunes in _enough(counts["R"])
    ]
    found["metres"] = [{"name": name, "tunes": tunes} for name, tunes in _enough(counts["M"])]
    found["keys"] = [
        {"name": name, "words": key_in_words(name), "tunes": tunes}
        for name, tunes in _enough(counts["K"])
        if key_of(name)
    ]
    found["unavailable"] = dict.fromkeys(_KINDS, f"Those that fewer than {RARE} training tunes have are left out.")
    return found


_KINDS = ("types", "metres", "keys")


def rights_of(model: SamplingModel) -> str:
    """What is known of the rights in a model's training tunes, in one sentence; empty if nothing is."""
    known = [COLLECTIONS[name] for name in model.metadata.get("corpus", ()) if name in COLLECTIONS]
    if not known:
        return ""
    rights = "; ".join(dict.fromkeys(part for each in known for part in each.rights.split("; ")))
    return f"{model.name} learned from {', '.join(each.title for each in known)}: {rights}."


def _enough(counts: Counter[str]) -> list[tuple[str, int]]:
    return [(name, tunes) for name, tunes in counts.most_common() if tunes >= RARE]


def _metres_of(type: str, headers: Sequence[Header]) -> list[str]:
    metres = Counter(header["M"] for header in headers if header.get("R") == type and header.get("M"))
    return [name for name, _ in _enough(metres)]
