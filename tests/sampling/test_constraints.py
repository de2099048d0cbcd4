"""A tune that is drawn until it is whole: where it is sent back, and what its header is kept to."""

from fractions import Fraction

import pytest

import folkkeras
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.overlap import Book
from folkkeras.errors import UsageError
from folkkeras.music.reading import read_tune, read_tunes
from folkkeras.notation.tunes import header_of, split_tunes
from folkkeras.pretrained import box_model
from folkkeras.sampling.constraints import Back, Beyond, Done, WholeTune, Wish
from folkkeras.sampling.request import Tally, no_copy, whole_tunes
from folkkeras.sampling.sampler import Sampling

HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\nK:D\n"
WHOLE = Wish(whole=True)


def growing(text: str, wish: Wish = WHOLE, start: str = "X:1") -> WholeTune:
    tune = WholeTune(start, wish, longest=2_000)
    tune.add(text.removeprefix(start))
    return tune


@pytest.mark.parametrize(
    ("music", "back"),
    [
        ("ABcd ABcd|ABcd A9|AB", "ABcd ABcd|"),  # too long: back to where the bar began
        ("ABcd ABcd|ABcd|AB", None),  # short, but the line may yet become a double one
        ("ABcd ABcd|ABcd|ABcd ABcd|A", "ABcd ABcd|"),
        ("ABcd ABcd|ABcd||ABcd ABcd|A", "ABcd ABcd|ABcd||"),  # a section ended, and its other half is missing
        ("ABcd ABcd|ABcd||ABcd|ABcd ABcd|A", None),
        ("AB|ABcd ABcd|A", None),  # a pick-up
        ("A9|AB", ""),
        ("ABcd ABcd|(3ABc d2 ABcd|A", None),
        ("A|ABcd ABcd|A8:|A", "A|ABcd ABcd|"),  # with the pick-up that is played next, too long
        ("A|ABcd ABcd|A7:|A|", None),
        ("A|ABcd ABcd|A7:|ABcd ABcd|A", "A|ABcd ABcd|A7:|"),  # one eighth is missing before it
        ("|:ABcd ABcd|A8|:ABcd ABcd|A", "|:ABcd ABcd|"),  # no end of the repeat
    ],
)
def test_a_bar_that_is_not_full_is_drawn_again(music: str, back: str | None) -> None:
    verdict = growing(HEADER + music).judge()
    assert verdict == (None if back is None else Back(len(HEADER + back)))


def test_a_place_that_is_no_good_again_and_again_costs_the_bar_before_it_and_then_the_tune() -> None:
    tune = growing(HEADER + "ABcd ABcd|ABcd ABcd|ABcd A9|A")
    begins = [len(HEADER + "ABcd ABcd|" * bars) for bars in (2, 1, 0)]
    found = []
    while isinstance(verdict := tune.judge(), Back):
        found.append(verdict.place)
        tune.go_back(verdict)
        tune.add((HEADER + "ABcd ABcd|ABcd ABcd|ABcd A9|A")[len(tune.text) :])
    assert found[:9] == [begins[0]] * 3 + [begins[1]] * 4 + [begins[2]] * 2
    assert verdict == Beyond("had an uneven bar")


def test_a_tune_is_done_where_the_next_begins_and_back_where_its_end_is_none() -> None:
    whole = HEADER + "ABcd ABcd|ABcd A4|]\n"
    assert growing(whole + "\nX:2\nT:").judge() == Done(whole)
    assert growing(HEADER + "ABcd ABcd|ABcd\n\nX:2").judge() == Back(len(HEADER))
    assert growing(HEADER + "|:ABcd ABcd|A8|]\n\nX:2").judge() == Back(len(HEADER + "|:ABcd ABcd|"))
    uneven = HEADER + "A9|]\n\nX:2"
    assert growing(uneven, Wish()).judge() == Done(HEADER + "A9|]\n")


def test_music_without_bar_lines_and_headers_without_end_do_not_go_on_for_ever() -> None:
    assert growing(HEADER + "A8|" + "A" * 200).judge() == Back(len(HEADER + "A8|"))
    assert growing("X:1\nT:" + "A" * 700).judge() == Beyond("had no key")
    assert growing(HEADER + "A8|" * 1_000).judge() == Beyond("did not end")


def test_the_header_is_kept_to_what_is_asked() -> None:
    wish = Wish(fields={"R": "jig", "M": "6/8", "K": "Edor"})
    assert growing("X:1\nT:A\nM:C\nL:1/8\nK:D\nab", wish).judge() == Back(len("X:1\nT:A\n"), "R:jig\n")
    assert growing("X:1\nT:A\nR:reel\nM:", wish).judge() == Back(len("X:1\nT:A\n"), "R:jig\n")
    assert growing("X:1\nT:A\nR:jig\nL:1/8\nK", wish).judge() == Back(len("X:1\nT:A\nR:jig\n"), "M:6/8\n")
    assert growing("X:1\nT:A\nR:jig\nM:6/8\nL:1/8\nK:G", wish).judge() is None
    before = "X:1\nT:A\nR:jig\nM:6/8\nL:1/8\n"
    assert growing(before + "K:G\nab", wish).judge() == Back(len(before), "K:Edor\n")
    assert growing(before + "K:Edor\nab", wish).judge() is None


@pytest.mark.parametrize("line", ["K:none", "K:Hm", "K:", "M:libre", "M:none", "L:x", "and then", "X", "|:AB"])
def test_a_header_line_that_no_complete_tune_has_is_drawn_again(line: str) -> None:
    before = "X:1\nT:A\nR:jig\n"
    assert growing(f"{before}{line}\n").judge() == Back(len(before))
    assert growing(f"{before}{line}").judge() is None
    assert growing(f"{before}{line}\n", Wish()).judge() is None


@pytest.mark.parametrize("change", ["\nR:reel", "\nM:C", "\nK:G", "[K:G]", "[M:C|]"])
def test_what_is_asked_for_holds_to_the_tunes_end(change: str) -> None:
    wish = Wish(fields={"R": "jig", "M": "6/8", "K": "Edor"})
    before = "X:1\nT:A\nR:jig\nM:6/8\nL:1/8\nK:Edor\nEFG ABc|"
    line_end = "\n" * change.startswith("\n")
    assert growing(f"{before}{change}\nABc", wish).judge() == Back(len(before), line_end)
    assert growing(f"{before}{change.replace('C|', '6/8').replace('G', 'Edor')}", Wish(fields={"T": "A"})).judge() in (
        None, Back(len(before), line_end),
    )  # fmt: skip
    assert growing(f"{before}[M:6/8][K:Edor]ABc", wish).judge() is None


@pytest.mark.parametrize(
    ("music", "back"),
    [
        ("ABcd ABcd|AN|ABcd", "ABcd ABcd|"),  # a letter that says nothing
        ("ABcd ABcd|A8|agfg ester -- Jig\nA8|AB", "ABcd ABcd|A8|"),
        ("ABcd ABcd|A8|\nR:jig\nABcd ABcd|AB", "ABcd ABcd|A8|"),  # another tune's header
        ("|:ABcd ABcd|1 A8:|ABcd ABcd|A8|AB", "|:ABcd ABcd|1 A8:|"),  # a first ending alone
        ("|:ABcd ABcd|3 A8:|ABcd ABcd|A8|AB", "|:ABcd ABcd|3 A8:|"),
    ],
)
def test_what_is_no_music_is_drawn_again(music: str, back: str) -> None:
    verdict = growing(HEADER + music).judge()
    assert isinstance(verdict, Back)
    assert verdict.place <= len(HEADER + back)


def test_a_type_that_does_not_go_with_the_metre_is_drawn_again_and_then_with_another_title() -> None:
    wish = Wish(fields={"M": "6/8"}, types={"jig"})
    text = "X:1\nT:A Reel\n"
    assert growing(text + "R:jig\nM:6/8\n", wish).judge() is None
    tune = growing(text + "R:reel\nM", wish)
    found = [tune.judge() for _ in range(5)]
    assert found == [Back(len(text))] * 4 + [Back(len("X:1\n"))]
    titled = growing(text + "R:reel\nM", Wish(fields={"T": "A Reel", "M": "6/8"}, types={"jig"}))
    assert [titled.judge() for _ in range(5)] == [Back(len(text))] * 5


def test_a_second_field_of_a_letter_is_drawn_again_and_not_for_ever() -> None:
    wish = Wish(fields={"M": "7/8"})
    text = "X:1\nT:A\nM:7/8\n"
    tune = growing(text + "M:6/8\nK:", wish)
    assert tune.judge() == Back(len(text))
    while isinstance(verdict := tune.judge(), Back):
        pass
    assert verdict == Beyond("had another header")


def test_a_title_stands_at_once() -> None:
    assert Wish(fields={"T": "Mine", "R": "jig", "K": "D"}).start("X:1") == "X:1\nT:Mine\nR:jig\n"
    assert Wish(fields={"K": "D"}).start("X:1") == "X:1"
    assert Wish(fields={"K": "D"}).start("X:1\nT:My own") == "X:1\nT:My own"


def written(count: int, wish: Wish, tally: Tally, **options: object) -> list[str]:
    generator = folkkeras.load(box_model())
    return split_tunes("".join(whole_tunes(generator, count, "X:1", Sampling(), 4, wish=wish, tally=tally, **options)))[
        1
    ]


def test_a_real_model_writes_whole_tunes_the_same_alone_as_among_many() -> None:
    tally = Tally()
    tunes = written(6, WHOLE, tally)
    assert len(tunes) == tally.kept <= 6
    assert tally.kept + tally.thrown.total() == tally.drawn
    assert all(read_tune(tune).whole for tune in tunes)
    for tune in tunes[:2]:
        number = int(header_of(tune)["X"])
        assert written(1, WHOLE, Tally(), first=number)[0].strip() == tune.strip()


def test_a_real_model_keeps_to_the_fields() -> None:
    fields = {"M": "6/8", "K": "Edor"}
    tunes = written(5, Wish(whole=True, fields=fields), Tally())
    assert tunes
    for tune in read_tunes("".join(tunes)):
        assert (tune.metre, tune.key) == ("6/8", "Edor")
        assert all(bar.length <= Fraction(6, 8) for bar in tune.bars)


def test_what_can_never_be_gives_up() -> None:
    tally = Tally()
    book = Book(read_corpus(["oneills", "ryans", "airds"]).training)
    assert written(2, WHOLE, tally, judges=[no_copy(book, 1)]) == []
    assert tally.gave_up
    assert any(reason.startswith("shared ") for reason in tally.thrown)


def test_a_field_that_the_model_cannot_spell_is_named() -> None:
    with pytest.raises(UsageError, match="'é'"):
        written(1, Wish(fields={"T": "é"}), Tally())
