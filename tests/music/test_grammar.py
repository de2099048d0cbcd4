"""Tunes with every feature of the ABC standard's chapters 3 and 4 are played as abc2midi and abcjs play them.

Where the programs disagree, the standard decides, and `oracle_quirks` says which of them is not asked. Each feature is
tried in three tunes; `make fuzz` tries thousands.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.abc_grammar import FEATURES, tunes
from support.oracle_quirks import quirks_of
from support.oracles import (
    HAS_ABC2MIDI,
    HAS_ABCJS,
    NO_ABC2MIDI,
    NO_ABCJS,
    Abcjs,
    Note,
    abc2midi_graces,
    abc2midi_notes,
    first_difference,
    lengths_agree,
)

from folkkeras.music.reading import read_tune
from folkkeras.music.render.performance import Playing, performance
from folkkeras.music.tune import Tune

TIMES = int(os.environ.get("FOLK_FUZZ", "1"))  # multiplies the usual number of tunes
TRIED = settings(
    max_examples=3 * TIMES,
    deadline=None,
    database=None,
    derandomize=TIMES == 1,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
FAST = Playing(tempo=1_000)  # so that no tune is cut off


def without_graces(tune: Tune) -> Tune:
    bars = [bar._replace(events=tuple(event._replace(graces=()) for event in bar.events)) for bar in tune.bars]
    return replace(tune, bars=tuple(bars))


def melody(tune: Tune) -> list[Note]:
    """The notes without graces; times are in quarters."""
    notes = performance(without_graces(tune), FAST)
    return sorted(Note(4 * note.onset, 4 * note.length, note.pitch) for note in notes)


def grace_pitches(tune: Tune) -> Counter[int]:
    """The pitches of the grace notes, and how often each sounds."""
    both = [
        Counter((note.bar, note.event, note.pitch) for note in performance(version, FAST))
        for version in (tune, without_graces(tune))
    ]
    found: Counter[int] = Counter()
    for (_, _, pitch), times in (both[0] - both[1]).items():
        found[pitch] += times
    return found


@pytest.fixture(scope="module")
def abcjs() -> Iterator[Abcjs]:
    with Abcjs() as process:
        yield process


@pytest.mark.parametrize("feature", FEATURES)
@TRIED
@given(data=st.data())
def test_a_tune_that_the_standard_allows_has_no_faults(feature: str, data: st.DataObject) -> None:
    text = data.draw(tunes(feature))
    assert read_tune(text).faults == ()


@pytest.mark.skipif(not HAS_ABC2MIDI, reason=NO_ABC2MIDI)
@pytest.mark.parametrize("feature", FEATURES)
@TRIED
@given(data=st.data())
def test_a_tune_is_played_as_abc2midi_plays_it(feature: str, data: st.DataObject) -> None:
    text = data.draw(tunes(feature))
    theirs = abc2midi_notes(text)
    if theirs and "abc2midi" not in quirks_of(text):
        tune = read_tune(text)
        assert first_difference(melody(tune), theirs) is None
        assert lengths_agree(melody(tune), theirs)
        assert grace_pitches(tune) == Counter(abc2midi_graces(text))


@pytest.mark.skipif(not HAS_ABCJS, reason=NO_ABCJS)
@pytest.mark.parametrize("feature", FEATURES)
@TRIED
@given(data=st.data())
def test_a_tune_is_played_as_abcjs_plays_it(feature: str, data: st.DataObject, abcjs: Abcjs) -> None:
    text = data.draw(tunes(feature))
    theirs = abcjs.reading(text)
    if theirs and theirs.notes and "abcjs" not in quirks_of(text):
        tune = read_tune(text)
        assert first_difference(melody(tune), theirs.notes) is None
        assert lengths_agree(melody(tune), theirs.notes)
        assert grace_pitches(tune) == Counter(theirs.graces)
