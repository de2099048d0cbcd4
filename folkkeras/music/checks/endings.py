"""Check that the endings of a repeat are complete. Source: the ABC standard 2.1, sections 4.9 and 4.10."""

from collections.abc import Iterator, Sequence

from folkkeras.music.tune import Bar, Fault


def structure_faults(bars: Sequence[Bar]) -> Iterator[Fault]:
    """Find incomplete endings: a first without a second, a third without a first, or the same ending twice."""
    group: list[int] = []  # the passes of consecutive endings
    last: Bar | None = None  # the first bar of the latest ending
    inside = False  # whether that ending continues
    for bar in bars:
        passes = bar.before.endings if bar.before else ()
        if last and (set(passes) & set(group) or not (passes or inside)):
            yield from _incomplete(group, last, open=False)
            group, last = [], None
        if passes:
            group += passes
            last, inside = bar, True
        if bar.after and (bar.after.repeat_end or bar.after.double or bar.after.repeat_start):
            inside = False
    if last:
        yield from _incomplete(group, last, open=True)


def _incomplete(passes: Sequence[int], bar: Bar, *, open: bool) -> Iterator[Fault]:
    missing = sorted(set(range(1, max(2, *passes) + 1)) - set(passes))
    if missing:
        names, single = ", ".join(map(str, missing)), len(missing) == 1
        yield Fault(
            f"{'ending' if single else 'endings'} {names} {'is' if single else 'are'} missing",
            bar.line,
            bar.number,
            open,
        )
