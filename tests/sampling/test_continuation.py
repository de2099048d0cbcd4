"""The beginning of a tune that is continued: its first part, with its repeat and all its endings."""

from pathlib import Path

import pytest
from support.terminal import Folk

from folkkeras.corpus.sources import read_source
from folkkeras.errors import CorpusError
from folkkeras.music.reading import read_tune
from folkkeras.notation.normal_form import normalise
from folkkeras.sampling.continuation import beginning_of

HEADER = "X:1\nT:Mine\nM:C\nL:1/8\nK:D\n"
FOUR = "A8|B8|c8|d8|"
REEL = (  # one part, its repeat closed
    "X:1\nT:Mine\nR:reel\nM:C\nL:1/8\nK:Edor\n"
    "|:A2|BEEB BAdB|A2AG FDDA|BEEB BAdB|AGFD E2A2|\nBEEB BAdB|A2AG FDDA|BEEB BAdB|AGFD E2:|"
)


@pytest.mark.parametrize(
    ("music", "kept"),
    [
        # A single finished part is unchanged.
        (f"|:{FOUR[:-1]}:|", f"|:{FOUR[:-1]}:|"),
        (f"{FOUR[:-1]}:|", f"{FOUR[:-1]}:|"),
        (f"|:A2|{FOUR[:-1]}:|", f"|:A2|{FOUR[:-1]}:|"),
        (f"{FOUR}{FOUR}|", f"{FOUR}{FOUR}|"),
        (f"{FOUR}{FOUR}]", f"{FOUR}{FOUR}]"),
        ("|:A8|B8|1c8:|2d8|]", "|:A8|B8|1c8:|2d8|]"),
        # The end of a tune finishes a part only if the tune is one part.
        (f"{FOUR}{FOUR}{FOUR}{FOUR}]", f"{FOUR}{FOUR}"),
        (f"A2|{FOUR}{FOUR}{FOUR}{FOUR[:-2]}6|]", f"A2|{FOUR}{FOUR}"),
        (f"{FOUR}]", "A8|B8|"),
        (f"|:{FOUR}{FOUR}]", f"|:{FOUR}"),  # its repeat does not end
        ("A8|B8|c8|d8|e8", "A8|B8|"),
        # All endings belong to the part.
        ("|:A8|B8|1c8:|2d8||e8|f8|]", "|:A8|B8|1c8:|2d8||"),
        ("|:A8|[1B8|c8:|[2d8|e8:|\n|:f8:|", "|:A8|[1B8|c8:|[2d8|e8:|"),
        ("|:A8|1,3B8:|2c8:|4d8||e8|]", "|:A8|1,3B8:|2c8:|4d8||"),
        ("|:A8|1B8:|2c8:|1d8:|2e8|]", "|:A8|1B8:|2c8:|"),
        # Double bars within a repeat end no part.
        ("|:A8||B8:|c8|d8|]", "|:A8||B8:|"),
        ("A8||B8:|c8|d8|]", "A8||"),
        ("|:A8||B8|c8|]", "|:A8||"),
        # A pick-up is not a part, and a pick-up after a part belongs to the next part.
        ("A2||A8|B6:|c8|]", "A2||A8|B6:|"),
        ("|:A2|B8|c6:|d2|e8|f6|]", "|:A2|B8|c6:|"),
        ("|:A2|B8|c6:|d2:|\n", "|:A2|B8|c6:|"),
        ("A8|B8::c8|d8:|", "A8|B8::"),
        ("A8|B8|:c8|d8:|", "A8|B8|:"),
        ("A8|B8:|\n|:c8|d8:|", "A8|B8:|"),
        ("[Ac]8|z8:|[K:A]c8|d8|]", "[Ac]8|z8:|"),
    ],
)
def test_the_first_part_is_complete(music: str, kept: str) -> None:
    assert beginning_of(read_tune(HEADER + music + "\n")) == HEADER + kept


def test_part_labels_begin_parts() -> None:
    labelled = HEADER + "P:A\nA8|B8|\nP:B\nc8|d8|e8|f8|]\n"
    assert beginning_of(read_tune(labelled)) == HEADER + "A8|B8|"
    assert beginning_of(read_tune(HEADER + "P:A\nA8|B8|c8|d8:|\n")) == HEADER + "A8|B8|c8|d8:|"
    pick_up = HEADER + "A2|\nP:A\nA8|B8|c8|d6|[P:B]e2|f8|]\n"
    assert beginning_of(read_tune(pick_up)) == HEADER + "A2|\nA8|B8|c8|d6|"


@pytest.mark.parametrize("collection", ["oneills", "ryans"])
def test_beginnings_of_real_tunes_end_with_a_bar_line(collection: str) -> None:
    kept = 0
    for text in read_source(collection).tunes[::5]:
        tune = read_tune(text)
        try:
            beginning = beginning_of(tune)
        except CorpusError:
            continue
        complete = normalise(text).text
        assert complete.startswith(beginning)
        first, bars = read_tune(beginning).bars, read_tune(complete).bars
        assert [bar.events for bar in first] == [bar.events for bar in bars[: len(first)]]
        assert first[-1].after is not None
        following = bars[len(first)].before if len(first) < len(bars) else None
        # No ending is cut off, unless the next section begins with one.
        assert not (following and following.endings and not following.repeat_end)
        kept += beginning != complete.rstrip("\n")
    assert kept > 150


def test_the_model_continues_after_a_closed_part(folk: Folk, tmp_path: Path) -> None:
    (tmp_path / "dm.abc").write_text(REEL + "\n")
    assert beginning_of(read_tune(REEL + "\n")) == REEL
    done = folk("sample", "celtic", "--continue", "dm.abc", "--seed", 1)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(REEL)
    assert len(read_tune(done.stdout).bars) > 9


def test_the_error_says_why_a_tune_cannot_be_continued() -> None:
    with pytest.raises(CorpusError, match=r"cannot continue X:1 Mine: .*no notes; fix it first"):
        beginning_of(read_tune(HEADER))
    with pytest.raises(CorpusError, match=r"in its first part, line 6, bar 1: .*; fix it first, see `folk check`"):
        beginning_of(read_tune(HEADER + "A9|B8:|c8|]\n"))
    with pytest.raises(CorpusError, match=r"to a complete tune: .*; fix it first, or leave out --complete"):
        beginning_of(read_tune(HEADER + "|:A2|B8|c6 d2:|\n|:d2|efga abcd|a6:|\n"), complete=True)
