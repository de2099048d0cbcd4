"""Measure how well rewritten bars lead into the bars behind them, as scored by a second model.

    python tests/bench/rewriting.py runs/judge/best.keras

Bars 5 to 8 of held-out tunes are rewritten by `celtic`. The second model, which took no part in that, says how many
bits a character of the next four bars costs: behind the real bars, behind bars that were drawn without looking ahead,
and behind rewritten bars. Then each tune is varied once.
"""

import argparse
import os
import time
from dataclasses import replace

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

import folkkeras
from folkkeras.composing.draft import Draft
from folkkeras.composing.gaps import Gap
from folkkeras.composing.infilling import infill
from folkkeras.composing.options import AMOUNT, PARTICLES
from folkkeras.corpus.provenance import training_corpus
from folkkeras.evaluation.form import form_of
from folkkeras.model.likelihood import Likelihood
from folkkeras.music.bar_text import bar_texts
from folkkeras.music.checks.new_tune import new_tune_faults
from folkkeras.music.tune import Tune

BARS, BEHIND = (5, 6, 7, 8), (9, 12)


def is_suitable(tune: Tune) -> bool:
    """Whether it is complete, has all the bars, and changes no field within them."""
    places = bar_texts(tune.text)
    return not new_tune_faults(tune) and tune.bars[-1].number >= BEHIND[1] and not any(p.has_fields for p in places)


def bits_behind(judge: folkkeras.TuneModel, texts: list[str]) -> np.ndarray:
    """The bits a character of the four bars behind, of each text."""
    found = []
    for text, bits in zip(texts, Likelihood(judge, texts).bits(), strict=True):
        first = folkkeras.read_tune(text).bars[0].number
        places = bar_texts(text)
        begin, end = places[BEHIND[0] - first].begin, places[BEHIND[1] - first].after
        found.append(bits[begin - 1 : end - 1].mean())
    return np.array(found)


def drawn_alone(generator: folkkeras.Generator, tune: Tune, seed: int) -> str | None:
    """The tune with bars that the model drew from what stands before them alone; None if it drew none that fit."""
    draft = Draft(tune, generator)
    groups = [[draft.index_of(bar)] for bar in BARS]
    pieces = [replace(piece, copies={}) if isinstance(piece, Gap) else piece for piece in draft.pieces(groups)]
    for attempt in range(8):
        for filling in infill(generator, pieces, sampling=folkkeras.Sampling(), seed=(seed, attempt), particles=1):
            return draft.filled(groups, filling.contents)
    return None


def show(
    name: str,
    judge: folkkeras.TuneModel,
    tunes: list[Tune],
    real: np.ndarray,
    texts: list[str | None],
    gap: float | None,
) -> float:
    """Print what bars cost behind others; return how much more they cost than behind the real ones."""
    done = [place for place, text in enumerate(texts) if text is not None]
    bits = bits_behind(judge, [text for text in texts if text is not None])
    more = float((bits - real[done]).mean())
    read = [(tunes[place], folkkeras.read_tune(texts[place] or "")) for place in done]
    whole = sum(not new_tune_faults(new) and len(new.bars) == len(tune.bars) for tune, new in read)
    closed = f"; {1 - more / gap:.0%} of the gap closed" if gap else ""
    print(f"{name}: {bits.mean():.3f} ({more:+.3f}{closed}), {whole} of {len(tunes)} complete with as many bars")
    return more


def main() -> None:
    """Rewrite, score, print."""
    parser = argparse.ArgumentParser(description="Score rewritten bars by a second model.")
    parser.add_argument("judge", help="the second model, a .keras file")
    parser.add_argument("--tunes", type=int, default=100)
    parser.add_argument("--particles", type=int, nargs="+", default=[64, PARTICLES])
    arguments = parser.parse_args()
    generator = folkkeras.load("celtic")
    corpus = training_corpus(generator.metadata)
    tunes = [tune for tune in map(folkkeras.read_tune, corpus.held_out) if is_suitable(tune)][: arguments.tunes]
    judge = folkkeras.open_model(arguments.judge)
    real = bits_behind(judge, [tune.text for tune in tunes])
    print(
        f"{len(tunes)} tunes; bits a character of bars {BEHIND[0]} to {BEHIND[1]}, "
        f"behind the real bars: {real.mean():.3f}"
    )
    alone = [drawn_alone(generator, tune, number) for number, tune in enumerate(tunes)]
    gap = show("drawn without looking ahead", judge, tunes, real, alone, None)
    for particles in arguments.particles:
        began = time.perf_counter()
        found = [
            next(
                (
                    each.text
                    for each in folkkeras.rewrite(generator, tune, BARS, candidates=1, seed=number, particles=particles)
                ),
                None,
            )
            for number, tune in enumerate(tunes)
        ]
        print(f"{(time.perf_counter() - began) / len(tunes):.2f} s each")
        show(f"rewritten, {particles} particles", judge, tunes, real, found, gap)
    show_variants(generator, judge, tunes)


def show_variants(generator: folkkeras.Generator, judge: folkkeras.TuneModel, tunes: list[Tune]) -> None:
    """Vary each tune once; print what was kept, and what the second model says of the tunes."""
    found = [
        (tune, candidate)
        for number, tune in enumerate(tunes)
        for candidate in folkkeras.vary(generator, tune, AMOUNT, candidates=1, seed=number)
    ]
    whole = sum(candidate.complete and len(candidate.tune.bars) == len(tune.bars) for tune, candidate in found)
    form = sum(candidate.form.parts == form_of(tune).parts for tune, candidate in found)
    changed = [
        np.mean([one.events != other.events for one, other in zip(tune.bars, candidate.tune.bars, strict=True)])
        for tune, candidate in found
    ]
    before, after = (
        np.mean([bits.mean() for bits in Likelihood(judge, texts).bits()])
        for texts in ([tune.text for tune, _ in found], [candidate.text for _, candidate in found])
    )
    print(
        f"varied: {whole} of {len(tunes)} complete with as many bars, {form} with the same parts, "
        f"{np.mean(changed):.0%} of the bars changed; bits a character {before:.3f} before, {after:.3f} after"
    )


if __name__ == "__main__":
    main()
