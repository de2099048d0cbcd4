"""Tunes as the page shows them: values for JSON."""

from itertools import accumulate
from typing import Any

from folkkeras.composing.candidates import Candidate
from folkkeras.composing.draft import Draft
from folkkeras.corpus.overlap import Overlap
from folkkeras.errors import CorpusError, UsageError
from folkkeras.evaluation.form import form_of, has_notes
from folkkeras.music.bar_text import bar_texts
from folkkeras.music.checks.new_tune import new_tune_faults
from folkkeras.music.reading import read_tune
from folkkeras.music.render.page.scores import Scores
from folkkeras.music.render.page.timing import timing
from folkkeras.music.render.page.words import keys_in_words
from folkkeras.music.tune import Tune
from folkkeras.sampling.record import with_record
from folkkeras.sampling.sampling_model import SamplingModel


def view_of_candidate(candidate: Candidate, model: SamplingModel) -> dict[str, Any]:
    """A candidate, with its record in its text."""
    text = with_record(candidate.text, candidate.record)
    return {**view_of(read_tune(text), model, candidate.overlap), "bits": candidate.bits}


def view_of_text(text: str, model: SamplingModel) -> dict[str, Any]:
    """A tune that somebody wrote."""
    try:
        overlap = model.training_tunes.melody_index.overlap(text)
    except CorpusError:
        overlap = None
    return view_of(read_tune(text), model, overlap)


def view_of(tune: Tune, model: SamplingModel, overlap: Overlap | None) -> dict[str, Any]:
    """A tune without its bits and its score."""
    faults = new_tune_faults(tune)
    return {
        "text": tune.text,
        "title": tune.title,
        "type": tune.type,
        "metre": tune.metre,
        "key": tune.key,
        "complete": not faults,
        "faults": [{"message": fault.message, "line": fault.line, "bar": fault.bar} for fault in faults],
        "bars": _bars(tune, model),
        "form": _form(tune),
        "bits": None,
        "overlap": _overlap(tune, overlap),
        "score": None,
        "timing": timing(tune) | {"keys": sorted(keys_in_words(tune.key).items())} if has_notes(tune) else None,
    }


def view_of_scores(scores: Scores) -> dict[str, Any]:
    """A score."""
    written = scores.written
    return {
        "label": written.label,
        "layouts": {name: list(lines) for name, lines in written.layouts.items()},
        "glyphs": dict(scores.glyphs),
        "font": scores.font,
    }


def _bars(tune: Tune, model: SamplingModel) -> list[dict[str, Any]]:
    """Each bar's number, and where its content stands in the text, in UTF-16 units, which browsers count."""
    places = bar_texts(tune.text)
    if len(places) != len(tune.bars):
        return []
    try:
        draft = Draft(tune, model)
    except UsageError:
        draft = None
    units = [0, *accumulate(1 + (ord(character) > 0xFFFF) for character in tune.text)]
    return [
        {
            "number": bar.number,
            "begin": units[place.begin],
            "end": units[place.end],
            "free": draft is not None and draft.is_free(index),
        }
        for index, (bar, place) in enumerate(zip(tune.bars, places, strict=True))
    ]


def _form(tune: Tune) -> dict[str, Any] | None:
    if not has_notes(tune):
        return None
    form = form_of(tune)
    return {
        "parts": list(form.parts),
        "on_tonic": form.on_tonic,
        "ends_alike": form.ends_alike,
        "repeated_bars": form.repeated_bars / form.bars if form.bars else 0,
    }


def _overlap(tune: Tune, overlap: Overlap | None) -> dict[str, Any] | None:
    if overlap is None:
        return None
    notes = [
        sum(bool(event.pitches) for events in (bar.events, *bar.overlays) for event in events) for bar in tune.bars
    ]
    ends = list(accumulate(notes))
    first, last = overlap.place, overlap.place + overlap.longest
    touched = [
        bar.number for bar, count, end in zip(tune.bars, notes, ends, strict=True) if end > first and end - count < last
    ]
    return {"longest": overlap.longest, "title": overlap.nearest, "bars": touched if overlap.longest else []}
