"""Say which options change nothing: a tempo does not change a picture, and only hornpipes swing."""

from collections.abc import Mapping, Sequence

from folkkeras.music.render.formats import BOOK, PAGE, PLAYED, SCORES, TEXT
from folkkeras.music.render.performance import swings
from folkkeras.music.tune import Tune
from folkkeras_cli.console import say


def say_unplayed(
    format: str,
    *,
    instrument: str | None,
    tempo: float | None,
    repeats: bool,
    swing: bool,
    accompaniment: bool,
) -> None:
    """Name the playback options that were given for a format that is not played."""
    if format in PLAYED:
        return
    given = {
        "--instrument": instrument is not None,
        "--tempo": tempo is not None,
        "--no-repeats": not repeats,
        "--swing": swing,
        "--no-accompaniment": not accompaniment,
    }
    _say_without_effect(given, format, "on sound and MIDI")


def say_not_in_set(format: str, *, as_set: bool, times: int | None) -> None:
    """Name the options of sets that were given for a format on which they have no effect."""
    if format == TEXT:
        _say_without_effect(
            {"--set": as_set, "--times": times is not None}, format, "on sound, scores, pages and books"
        )
    elif format in (PAGE, BOOK) and not as_set:
        _say_without_effect({"--times": times is not None}, format, "on sound and MIDI, and with --set")
    elif format in SCORES:
        _say_without_effect({"--times": times is not None}, format, "on sound, MIDI, and pages and books of a set")


def say_unprinted(format: str, *, title: str | None, paper: str | None) -> None:
    """Name the options of books that were given for another format."""
    if format != BOOK:
        given = {"--title": title is not None, "--paper": paper is not None}
        _say_without_effect(given, format, f"on .{BOOK} books")


def _say_without_effect(given: Mapping[str, bool], format: str, where: str) -> None:
    names = [name for name, is_given in given.items() if is_given]
    if names:
        listed = f"{', '.join(names[:-1])} and {names[-1]} have" if len(names) > 1 else f"{names[0]} has"
        say(f"{listed} no effect on .{format} files, only {where}")


def say_unswung(tunes: Sequence[Tune]) -> None:
    """Name the tunes that do not swing."""
    even = [f"X:{tune.reference} {tune.title}".strip() for tune in tunes if not swings(tune)]
    if even:
        others = f" and {len(even) - 1:,} more" if len(even) > 1 else ""
        say(f"--swing has no effect on {even[0]}{others}: only hornpipes swing, tunes with a line R:hornpipe")
