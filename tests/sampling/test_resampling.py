"""A tune that must meet a request: where it is resampled, and which header it must have."""

from collections.abc import Container

import pytest

from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.resampling import ConstrainedTune, start_with_fields
from folkkeras.sampling.tune_stream import Accept, Backtrack, Reject

HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\nK:D\n"
COMPLETE = TuneRequest(complete=True, max_length=2_000)


def growing(text: str, request: TuneRequest = COMPLETE, types: Container[str] = ()) -> ConstrainedTune:
    tune = ConstrainedTune(request, 1, types)
    tune.add(text.removeprefix(tune.text))
    return tune


@pytest.mark.parametrize(
    ("music", "back"),
    [
        ("ABcd ABcd|ABcd A9|AB", "ABcd ABcd|"),  # too long: back to the start of the bar
        ("ABcd ABcd|ABcd|AB", None),  # short, but the bar line may still become a double one
        ("ABcd ABcd|ABcd|ABcd ABcd|A", "ABcd ABcd|"),
        ("ABcd ABcd|ABcd||ABcd ABcd|A", "ABcd ABcd|ABcd||"),  # the section has ended without the other half of the bar
        ("ABcd ABcd|ABcd||ABcd|ABcd ABcd|A", None),
        ("AB|ABcd ABcd|A", None),  # a pick-up
        ("A9|AB", ""),
        ("ABcd ABcd|(3ABc d2 ABcd|A", None),
        ("A|ABcd ABcd|A8:|A", "A|ABcd ABcd|"),  # too long together with the pick-up that is played next
        ("A|ABcd ABcd|A7:|A|", None),
        ("A|ABcd ABcd|A7:|ABcd ABcd|A", "A|ABcd ABcd|A7:|"),  # one eighth is missing before it
        ("|:ABcd ABcd|A8|:ABcd ABcd|A", "|:ABcd ABcd|"),  # the repeat does not end
    ],
)
def test_a_bar_of_the_wrong_length_is_resampled(music: str, back: str | None) -> None:
    verdict = growing(HEADER + music).verdict()
    assert verdict == (None if back is None else Backtrack(len(HEADER + back)))


def test_repeated_failures_resample_earlier_bars_and_then_reject_the_tune() -> None:
    tune = growing(HEADER + "ABcd ABcd|ABcd ABcd|ABcd A9|A")
    begins = [len(HEADER + "ABcd ABcd|" * bars) for bars in (2, 1, 0)]
    found = []
    while isinstance(verdict := tune.verdict(), Backtrack):
        found.append(verdict.place)
        tune.backtrack(verdict)
        tune.add((HEADER + "ABcd ABcd|ABcd ABcd|ABcd A9|A")[len(tune.text) :])
    assert found[:9] == [begins[0]] * 3 + [begins[1]] * 4 + [begins[2]] * 2
    assert verdict == Reject("had an uneven bar")


def test_a_tune_ends_where_the_next_begins_unless_it_is_incomplete() -> None:
    complete = HEADER + "ABcd ABcd|ABcd A4|]\n"
    assert growing(complete + "\nX:2\nT:").verdict() == Accept(complete)
    assert growing(HEADER + "ABcd ABcd|ABcd\n\nX:2").verdict() == Backtrack(len(HEADER))
    assert growing(HEADER + "|:ABcd ABcd|A8|]\n\nX:2").verdict() == Backtrack(len(HEADER + "|:ABcd ABcd|"))
    uneven = HEADER + "A9|]\n\nX:2"
    assert growing(uneven, TuneRequest()).verdict() == Accept(HEADER + "A9|]\n")


def test_endless_bars_headers_and_tunes_are_stopped() -> None:
    assert growing(HEADER + "A8|" + "A" * 200).verdict() == Backtrack(len(HEADER + "A8|"))
    assert growing("X:1\nT:" + "A" * 700).verdict() == Reject("had no key")
    assert growing(HEADER + "A8|" * 1_000).verdict() == Reject("did not end")


def test_the_header_gets_the_requested_fields() -> None:
    request = TuneRequest(fields={"R": "jig", "M": "6/8", "K": "Edor"})
    assert growing("X:1\nT:A\nM:C\nL:1/8\nK:D\nab", request).verdict() == Backtrack(len("X:1\nT:A\n"), "R:jig\n")
    assert growing("X:1\nT:A\nR:reel\nM:", request).verdict() == Backtrack(len("X:1\nT:A\n"), "R:jig\n")
    assert growing("X:1\nT:A\nR:jig\nL:1/8\nK", request).verdict() == Backtrack(len("X:1\nT:A\nR:jig\n"), "M:6/8\n")
    assert growing("X:1\nT:A\nR:jig\nM:6/8\nL:1/8\nK:G", request).verdict() is None
    before = "X:1\nT:A\nR:jig\nM:6/8\nL:1/8\n"
    assert growing(before + "K:G\nab", request).verdict() == Backtrack(len(before), "K:Edor\n")
    assert growing(before + "K:Edor\nab", request).verdict() is None


@pytest.mark.parametrize("line", ["K:none", "K:Hm", "K:", "M:libre", "M:none", "L:x", "and then", "X", "|:AB"])
def test_a_header_line_that_no_complete_tune_has_is_resampled(line: str) -> None:
    before = "X:1\nT:A\nR:jig\n"
    assert growing(f"{before}{line}\n").verdict() == Backtrack(len(before))
    assert growing(f"{before}{line}").verdict() is None
    assert growing(f"{before}{line}\n", TuneRequest()).verdict() is None


@pytest.mark.parametrize("change", ["\nR:reel", "\nM:C", "\nK:G", "[K:G]", "[M:C|]"])
def test_requested_fields_hold_to_the_end_of_the_tune(change: str) -> None:
    request = TuneRequest(fields={"R": "jig", "M": "6/8", "K": "Edor"})
    before = "X:1\nT:A\nR:jig\nM:6/8\nL:1/8\nK:Edor\nEFG ABc|"
    line_end = "\n" * change.startswith("\n")
    assert growing(f"{before}{change}\nABc", request).verdict() == Backtrack(len(before), line_end)
    same = f"{before}{change.replace('C|', '6/8').replace('G', 'Edor')}"
    allowed = (None, Backtrack(len(before), line_end))
    assert growing(same, TuneRequest(fields={"T": "A"})).verdict() in allowed
    assert growing(f"{before}[M:6/8][K:Edor]ABc", request).verdict() is None


@pytest.mark.parametrize(
    ("music", "back"),
    [
        ("ABcd ABcd|AN|ABcd", "ABcd ABcd|"),  # a letter without a meaning
        ("ABcd ABcd|A8|agfg ester -- Jig\nA8|AB", "ABcd ABcd|A8|"),
        ("ABcd ABcd|A8|\nR:jig\nABcd ABcd|AB", "ABcd ABcd|A8|"),  # another tune's header
        ("|:ABcd ABcd|1 A8:|ABcd ABcd|A8|AB", "|:ABcd ABcd|1 A8:|"),  # a first ending without a second
        ("|:ABcd ABcd|3 A8:|ABcd ABcd|A8|AB", "|:ABcd ABcd|3 A8:|"),
    ],
)
def test_text_that_is_not_music_is_resampled(music: str, back: str) -> None:
    verdict = growing(HEADER + music).verdict()
    assert isinstance(verdict, Backtrack)
    assert verdict.place <= len(HEADER + back)


def test_a_type_that_does_not_match_the_metre_is_resampled() -> None:
    request, types = TuneRequest(fields={"M": "6/8"}), {"jig"}
    text = "X:1\nT:A Reel\n"
    assert growing(text + "R:jig\nM:6/8\n", request, types).verdict() is None
    tune = growing(text + "R:reel\nM", request, types)
    found = [tune.verdict() for _ in range(5)]
    assert found == [Backtrack(len(text))] * 4 + [Backtrack(len("X:1\n"))]
    titled = growing(text + "R:reel\nM", TuneRequest(fields={"T": "A Reel", "M": "6/8"}), {"jig"})
    assert [titled.verdict() for _ in range(5)] == [Backtrack(len(text))] * 5


def test_a_repeated_field_is_resampled_a_limited_number_of_times() -> None:
    request = TuneRequest(fields={"M": "7/8"})
    text = "X:1\nT:A\nM:7/8\n"
    tune = growing(text + "M:6/8\nK:", request)
    assert tune.verdict() == Backtrack(len(text))
    while isinstance(verdict := tune.verdict(), Backtrack):
        pass
    assert verdict == Reject("left the requested type, metre or key")


def test_a_requested_title_is_part_of_the_start() -> None:
    fields = {"T": "Mine", "R": "jig", "K": "D"}
    assert start_with_fields(TuneRequest(fields=fields)) == "X:1\nT:Mine\nR:jig\n"
    assert start_with_fields(TuneRequest(fields={"K": "D"})) == "X:1"
    assert start_with_fields(TuneRequest(fields={"K": "D"}, start="X:1\nT:My own")) == "X:1\nT:My own"


def test_the_header_of_the_next_tune_changes_nothing() -> None:
    """Characters are drawn in chunks, so the text may go on after the tune's end."""
    tune = growing(
        "X:1\nT:A\nM:4/4\nL:1/8\nK:C\nc8|]\n\nX:1\nT:B\nM:6/8\nL:1/8\nK:G\nd3", TuneRequest(fields={"K": "C"})
    )
    verdict = tune.verdict()
    assert isinstance(verdict, Accept)
    assert verdict.text.endswith("K:C\nc8|]\n")
