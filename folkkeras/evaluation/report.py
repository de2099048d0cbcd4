"""An evaluation as a text report."""

import math

from folkkeras.evaluation.figures import Evaluation

NAMED = 3  # generated tunes to list: those with the longest shared passages
MAX_TITLE = 28  # characters
_NAME = 38  # columns for a row's name


def report(evaluation: Evaluation, name: str) -> str:
    """The figures as text, at most 80 columns wide.

    Args:
        evaluation: the evaluation to report.
        name: the model's name.
    """
    parts = (_likelihood, _tunes, _novelty, _form, _style)
    blocks = [part(evaluation) for part in parts]
    return "\n".join([f"model {name}\n", *("\n".join(block) + "\n" for block in blocks)])


def tunes_of(evaluation: Evaluation) -> str:
    """What to call the evaluated tunes."""
    return "held-out tunes" if evaluation.held_out else "evaluated tunes"


def _likelihood(evaluation: Evaluation) -> list[str]:
    figures, tunes = evaluation.likelihood, tunes_of(evaluation)
    rows = {f"{len(figures.tunes):,} {tunes}": figures.evaluated, "training tunes": figures.training}
    rows |= {f"{order}-gram, {tunes}": bits for order, bits in figures.ngrams.items()}
    lines = [_row("bits per character", "all", "music")]
    lines += [_row(name, _figure(bits.all), _figure(bits.music)) for name, bits in rows.items()]
    if evaluation.held_out:
        memorised = "; this model has MEMORISED its tunes" if evaluation.memorised else ""
        lines.append(_row("overfitting gap", _figure(figures.overfitting_gap)) + memorised)
    if figures.memorised_from is not None:
        lines.append(f"the run had MEMORISED its tunes at step {figures.memorised_from:,}: use an earlier model")
    best = min(figures.ngrams, key=lambda order: figures.ngrams[order].all)
    if figures.evaluated.all > figures.ngrams[best].all:
        lines.append(f"a {best}-gram, which only counts, predicts the {tunes} better than this model")
    return lines


def _tunes(evaluation: Evaluation) -> list[str]:
    complete, key, sampling = evaluation.completeness, evaluation.key, evaluation.sampling
    drawn = f"seed {evaluation.seed}, temperature {sampling.temperature:g}, top-p {sampling.top_p:g}"
    lines = [
        _row(drawn, f"{len(evaluation.tunes):,} new", "corpus"),
        _row("complete", _percent(complete.generated), _percent(complete.corpus)),
        _row("--complete, at the first attempt", _percent(complete.first_attempt)),
    ]
    if key:
        lines += [
            _row("--key kept, at the first attempt", _percent(key.first_attempt), _percent(key.corpus)),
            _row("--key kept, of accepted tunes", _percent(key.accepted)),
        ]
    return lines


def _novelty(evaluation: Evaluation) -> list[str]:
    new, held_out = evaluation.novelty.generated, evaluation.novelty.held_out
    return [
        _row("notes shared with a training tune", "new", "held-out"),
        _row("longest passage, median", f"{new.median:.0f}", f"{held_out.median:.0f}"),
        _row("longest passage, maximum", f"{new.maximum}", f"{held_out.maximum}"),
        _row(
            f"beyond the novelty limit of {evaluation.novelty.limit}",
            _percent(new.beyond_limit),
            _percent(held_out.beyond_limit),
        ),
        _row("new 8-note passages, median", _percent(new.new_passages), _percent(held_out.new_passages)),
        _row("variants of a training tune", _percent(new.variants), _percent(held_out.variants)),
        *(
            f"  {tune.longest} notes of {_shortened(tune.title or 'an untitled tune')} are in "
            f"{_shortened(tune.nearest or 'no tune')}"
            for tune in sorted(evaluation.tunes, key=lambda tune: -tune.longest)[:NAMED]
        ),
    ]


def _form(evaluation: Evaluation) -> list[str]:
    new, evaluated, apart = evaluation.form.generated, evaluation.form.evaluated, evaluation.form.told_apart
    fractions = {
        "all parts of 8 or 16 bars": (new.usual_parts, evaluated.usual_parts),
        "all parts of a multiple of 4 bars": (new.whole_phrases, evaluated.whole_phrases),
        "last note is the tonic": (new.on_tonic, evaluated.on_tonic),
        "first and last part end alike": (new.ends_alike, evaluated.ends_alike),
        "bars that repeat an earlier bar": (new.repeated_bars, evaluated.repeated_bars),
    }
    for lag, same in new.same_notes.items():
        fractions[f"same note {lag} bar{'s' * (lag > 1)} before"] = (same, evaluated.same_notes[lag])
    fractions["longer than 1,000 characters"] = (new.long, evaluated.long)
    return [
        _row("form", "new", "held-out" if evaluation.held_out else "evaluated"),
        *(_row(name, *map(_percent, values)) for name, values in fractions.items()),
        _row(f"classifier against {tunes_of(evaluation)}", "new", "training"),
        _row("area under the ROC curve", _figure(apart.generated), _figure(apart.training)),
    ]


def _style(evaluation: Evaluation) -> list[str]:
    rows = [
        _row(feature, _figure(style.distance), _figure(style.training_distance))
        for feature, style in evaluation.style.items()
    ]
    return [_row(f"distance to {tunes_of(evaluation)}", "new", "training"), *rows]


def _row(name: str, *values: str) -> str:
    return f"{name:{_NAME}}" + "".join(f"{value:>10}" for value in values)


def _figure(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _percent(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1%}"


def _shortened(title: str) -> str:
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"
