"""An evaluation as a picture: bits per character, shared passages, and the style of new and evaluated tunes."""

import io
import re
from fractions import Fraction
from html import escape

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from folkkeras.evaluation.figures import Evaluation
from folkkeras.evaluation.report import tunes_of

_NUMBER = re.compile(r"-?\d+(/\d+)?")
FORMATS = ("png", "html")
_NEW, _HELD_OUT, _OTHER, _PLAIN = "#c8501e", "#0b5fa5", "#2f7d4f", "#7a7a7a"
_WIDE = 44  # characters that fit side by side below a panel, counting every name as long as the longest
_MAX_VALUES = 12  # values drawn for a feature: the commonest in the evaluated tunes, then in the new ones


def picture(evaluation: Evaluation, format: str, table: str) -> bytes:
    """An evaluation as a PNG, or as an HTML page with the table as text and the picture as SVG.

    Args:
        evaluation: the evaluation to draw.
        format: one of `FORMATS`.
        table: the text report, for the page.
    """
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "folkkeras", "text.parse_math": False}):
        figure = _draw(evaluation)
        file = io.BytesIO()
        if format == "png":
            figure.savefig(file, format="png", dpi=100)
            return file.getvalue()
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    svg = file.getvalue().decode("utf-8")
    return _PAGE.format(table=escape(table), svg=svg[svg.index("<svg") :]).encode("utf-8")


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Evaluation of a model of tunes</title>
<style>
body {{ max-width: 75rem; margin: 1rem auto; padding: 0 1rem; font-family: sans-serif; }}
pre {{ overflow-x: auto; }}
svg {{ width: 100%; height: auto; background: white; }}
</style>
<h1>Evaluation</h1>
<pre>{table}</pre>
<div role="img" aria-label="The table as bars, and the style of new and evaluated tunes">{svg}</div>
</html>
"""


def _draw(evaluation: Evaluation) -> Figure:
    figure = Figure(figsize=(12, 15), layout="constrained")
    axes = figure.subplots(5, 2).flat
    _draw_bits(next(axes), evaluation)
    _draw_passages(next(axes), evaluation)
    for axis, name in zip(axes, evaluation.style, strict=True):
        _draw_feature(axis, name, evaluation)
    figure.axes[2].legend(frameon=False)
    return figure


def _color(evaluation: Evaluation) -> str:
    """The colour of the evaluated tunes."""
    return _HELD_OUT if evaluation.held_out else _OTHER


def _draw_bits(axis: Axes, evaluation: Evaluation) -> None:
    figures, tunes = evaluation.likelihood, tunes_of(evaluation)
    names = ["model, training tunes", f"model, {tunes}"]
    values = [figures.training.all, figures.evaluated.all]
    for order, bits in figures.ngrams.items():
        names.append(f"{order}-gram, {tunes}")
        values.append(bits.all)
    axis.barh(names, values, color=[_PLAIN, _color(evaluation), *[_PLAIN] * len(figures.ngrams)])
    axis.invert_yaxis()
    axis.set(title="Bits per character")


def _draw_passages(axis: Axes, evaluation: Evaluation) -> None:
    novelty = evaluation.novelty
    new, held_out = novelty.generated.longest, novelty.held_out.longest
    maximum = min(max(*new, *held_out), 3 * novelty.limit)
    bins = range(0, maximum + 3, 2)
    for longest, color, label in ((new, _NEW, "new tunes"), (held_out, _HELD_OUT, "held-out tunes")):
        weights = [1 / len(longest)] * len(longest)
        values = [min(notes, maximum) for notes in longest]
        axis.hist(values, bins, weights=weights, color=color, alpha=0.6, label=label)
    axis.axvline(novelty.limit, color="black", linestyle=":", label=f"novelty limit: {novelty.limit} notes")
    axis.set(title="Longest passage shared with a training tune", xlabel="notes", ylabel="fraction of tunes")
    axis.legend(frameon=False)


def _draw_feature(axis: Axes, name: str, evaluation: Evaluation) -> None:
    style = evaluation.style[name]
    new, others, label, color = style.generated, style.evaluated, tunes_of(evaluation), _color(evaluation)
    values = sorted(
        new.keys() | others.keys(), key=lambda value: (-others.get(value, 0.0), -new.get(value, 0.0), value)
    )
    values = values[:_MAX_VALUES]
    if all(_NUMBER.fullmatch(value) for value in values) and name != "metre":
        values.sort(key=Fraction)
    places = range(len(values))
    for side, fractions, each, of in ((-0.2, new, _NEW, "new tunes"), (0.2, others, color, label)):
        heights = [fractions.get(value, 0) for value in values]
        axis.bar([place + side for place in places], heights, 0.4, color=each, label=of)
    names = [value or "none" for value in values]
    axis.set_xticks(list(places), names, rotation=45 if len(names) * max(map(len, names)) > _WIDE else 0)
    axis.set(title=f"{name}: distance {style.distance:.2f}", ylabel="fraction")
