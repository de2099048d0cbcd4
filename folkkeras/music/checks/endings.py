"""Whether the endings of a tune's repeats belong together. Source: the ABC standard 2.1, sections 4.9 and 4.10."""

from collections.abc import Iterator, Sequence

from folkkeras.music.tune import Bar, Fault


def structure_faults(bars: Sequence[Bar]) -> Iterator[Fault]:
    """Endings without the others: a first without a second, a third without a first, one that stands twice."""
    group: list[int] = []  # the passes of the endings that stand one behind the other
    last: Bar | None = None  # the bar that the newest of them begins with
    inside = False  # whether it goes on
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
