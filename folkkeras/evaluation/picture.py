"""An evaluation as a picture: bits per character, shared runs, and the style of new tunes beside the scored ones."""

import io
import re
from fractions import Fraction
from html import escape

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from folkkeras.evaluation.evaluate import Evaluation

_NUMBER = re.compile(r"-?\d+(/\d+)?")
KINDS = ("png", "html")
_NEW, _HELD_OUT, _OTHER, _PLAIN = "#c8501e", "#0b5fa5", "#2f7d4f", "#7a7a7a"
_WIDE = 44  # characters that stand beside each other below a panel, all names being as long as the longest
_MOST = 12  # values of a feature that are drawn, the commonest in the scored tunes


def picture(evaluation: Evaluation, kind: str, table: str) -> bytes:
    """A PNG, or an HTML page with the table as text and the picture as SVG.

    Args:
        evaluation: what is drawn.
        kind: one of `KINDS`.
        table: the report in words, for the page.
    """
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "folkkeras", "text.parse_math": False}):
        figure = _draw(evaluation)
        file = io.BytesIO()
        if kind == "png":
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
<div role="img" aria-label="The table as bars, and the style of new and scored tunes">{svg}</div>
</html>
"""


def _draw(evaluation: Evaluation) -> Figure:
    features = list(evaluation.styles)
    figure = Figure(figsize=(12, 12), layout="constrained")
    axes = figure.subplots(4, 2).flat
    _draw_bits(next(axes), evaluation)
    _draw_runs(next(axes), evaluation)
    for axis, name in zip(axes, features, strict=True):
        _draw_feature(axis, name, evaluation)
    figure.axes[2].legend(frameon=False)
    return figure


def _scored(evaluation: Evaluation) -> tuple[str, str]:
    """The scored tunes' name, and their colour."""
    return ("held-out tunes", _HELD_OUT) if evaluation.own else ("scored tunes", _OTHER)


def _draw_bits(axis: Axes, evaluation: Evaluation) -> None:
    scored, color = _scored(evaluation)
    names = ["model, training tunes", f"model, {scored}"]
    values = [evaluation.training.all, evaluation.held_out.all]
    for order, bits in evaluation.ngrams.items():
        names.append(f"{order}-gram, {scored}")
        values.append(bits.all)
    axis.barh(names, values, color=[_PLAIN, color, *[_PLAIN] * len(evaluation.ngrams)])
    axis.invert_yaxis()
    axis.set(title="Bits per character")


def _draw_runs(axis: Axes, evaluation: Evaluation) -> None:
    new, held_out = evaluation.longest
    most = min(max(*new, *held_out), 3 * evaluation.bound)
    bins = range(0, most + 3, 2)
    for runs, color, label in ((new, _NEW, "new tunes"), (held_out, _HELD_OUT, "held-out tunes")):
        weights = [1 / len(runs)] * len(runs)
        axis.hist([min(run, most) for run in runs], bins, weights=weights, color=color, alpha=0.6, label=label)
    axis.axvline(evaluation.bound, color="black", linestyle=":", label=f"bound of the new, {evaluation.bound} notes")
    axis.set(title="Longest run of notes shared with a training tune", xlabel="notes", ylabel="share of tunes")
    axis.legend(frameon=False)


def _draw_feature(axis: Axes, name: str, evaluation: Evaluation) -> None:
    new, others = evaluation.styles[name]
    label, color = _scored(evaluation)
    values = sorted(new.keys() | others.keys(), key=lambda value: -others.get(value, 0.0))[:_MOST]
    if all(_NUMBER.fullmatch(value) for value in values) and name != "metre":
        values.sort(key=Fraction)
    places = range(len(values))
    for side, shares, each, of in ((-0.2, new, _NEW, "new tunes"), (0.2, others, color, label)):
        heights = [shares.get(value, 0) for value in values]
        axis.bar([place + side for place in places], heights, 0.4, color=each, label=of)
    names = [value or "none" for value in values]
    axis.set_xticks(list(places), names, rotation=45 if len(names) * max(map(len, names)) > _WIDE else 0)
    axis.set(title=f"{name}: distance {evaluation.style[name][0]:.2f}", ylabel="share")
