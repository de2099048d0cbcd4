"""Fill gaps in a text: draw what stands in them, and weigh it by how likely the text behind them then is.

A model of the next character only looks back. So many fillings, the particles, are drawn side by side, and each reads
the given text behind its gaps. What a gap gets is drawn by the model or, since phrases return, copied from another bar
of the text. A particle's weight is the probability of all that it reads over that of drawing it so (importance
sampling). Wherever a stretch of given text ends, particles are drawn again in proportion to their weights (resampling)
if the effective sample size has fallen below half of them. At the end, fillings are drawn in proportion to their
weights. As the number of particles grows, they are distributed as the model's own drawing would be, given the text
behind the gaps.

Sources: A. Doucet and A. M. Johansen, "A tutorial on particle filtering and smoothing" (2009), section 3; for language
models, A. K. Lew et al., "Sequential Monte Carlo steering of large language models", arXiv:2306.03081 (2023); drawing
without replacement by Gumbel numbers, W. Kool et al., arXiv:1903.06059 (2019).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from folkkeras.composing.gaps import ENDS, Gap, Piece
from folkkeras.composing.options import PARTICLES
from folkkeras.model.weights import Array
from folkkeras.sampling.engine import SlotState
from folkkeras.sampling.sampler import Sampling, draw, log_probabilities
from folkkeras.sampling.sampling_model import SamplingModel

MAX_CONTENT = 80  # characters in a gap; what is longer is not a bar
COOLEST = 0.2  # a lower temperature does not sharpen the weights further
_BAR_LINE, _LINE_END = "|", "\n"
_NOTE = re.compile(r"[A-Ga-g]")


@dataclass(frozen=True)
class Filling:
    """What stands in each gap.

    Args:
        contents: of each gap.
        weight: the log of its share of the particles' weights, in nats.
    """

    contents: tuple[str, ...]
    weight: float


@dataclass
class _Content:
    """What a particle fills a gap with."""

    source: int | None  # the place that it is copied from; None if it is drawn
    unread: list[int]  # what is left to copy, last character first
    ids: list[int] = field(default_factory=list)
    target: float = 0.0  # nats of its characters without top-k and top-p
    drawing: float = 0.0  # nats of its characters as the model draws


@dataclass
class _Particle:
    piece: int  # the index of the piece that it reads or fills
    unread: list[int] = field(default_factory=list)  # what is left of given text, last character first
    content: _Content | None = None  # of the gap that it fills; None if it reads given text
    contents: list[list[int]] = field(default_factory=list)  # of the gaps so far
    last: int | None = None  # the place that the last gap was copied from
    weight: float = 0.0  # nats
    waits: bool = False  # at the end of a stretch of given text, or of all


def infill(
    model: SamplingModel,
    pieces: Sequence[Piece],
    *,
    sampling: Sampling,
    seed: tuple[int, ...],
    particles: int = PARTICLES,
) -> list[Filling]:
    """Different fillings of the gaps, drawn in proportion to their weights without replacement.

    Args:
        model: the model.
        pieces: the text; it begins and ends with given text, and given text with a bar line follows each gap.
        sampling: how characters are drawn.
        seed: of the random numbers.
        particles: how many fillings are drawn.
    """
    return _Infilling(model, pieces, sampling, seed, particles).fillings()


class _Infilling:
    def __init__(
        self, model: SamplingModel, pieces: Sequence[Piece], sampling: Sampling, seed: tuple[int, ...], particles: int
    ) -> None:
        self._vocabulary, self._pieces, self._sampling = model.vocabulary, pieces, sampling
        self._untruncated = Sampling(temperature=max(sampling.temperature, COOLEST), top_p=1)
        self._random = np.random.default_rng(seed)
        self._ends = self._encoded("".join(sorted(ENDS)))
        self._forbidden = set(self._encoded(_LINE_END))
        self._slots = model.slots(particles)
        self._particles: list[_Particle | None] = []  # None if it cannot become a tune
        self._states: dict[int, SlotState] = {}  # of particles that wait, by slot
        self._begin(model)

    def fillings(self) -> list[Filling]:
        """Draw and weigh."""
        while any(particle and particle.piece < len(self._pieces) for particle in self._particles):
            self._step()
            if all(particle is None or particle.waits for particle in self._particles):
                self._resample()
        weights: dict[tuple[str, ...], float] = {}
        for particle in filter(None, self._particles):
            contents = tuple(map(self._decoded, particle.contents))
            weights[contents] = np.logaddexp(weights.get(contents, -np.inf), particle.weight)
        total = np.logaddexp.reduce(list(weights.values())) if weights else 0.0
        found = [Filling(contents, float(weight - total)) for contents, weight in weights.items()]
        noise = dict(zip(weights, self._random.gumbel(size=len(found)), strict=True))
        return sorted(found, key=lambda filling: -filling.weight - noise[filling.contents])

    def _begin(self, model: SamplingModel) -> None:
        """Read the text before the first gap once, and copy its state to all slots."""
        before, *_ = self._pieces
        assert isinstance(before, str)
        alone = model.slots(1)
        for index in self._encoded(before):
            alone.read(np.array([index], np.int32))
        state = alone.state(0)
        for slot in range(self._slots.number):
            self._slots.set_state(slot, state)
            self._particles.append(_Particle(0))
            self._begin_piece(slot)

    def _step(self) -> None:
        """Read or draw a character in each slot."""
        logits = self._slots.logits()  # (slots, vocabulary)
        given = logits - np.logaddexp.reduce(logits, -1, keepdims=True)
        uniforms = self._random.random(self._slots.number, dtype=np.float32)
        if any(particle and particle.content for particle in self._particles):
            drawn = draw(logits, uniforms, self._sampling).tolist()
            target = log_probabilities(logits, self._untruncated)
            drawing = log_probabilities(logits, self._sampling)
        else:
            drawn, target, drawing = [0] * self._slots.number, given, given
        ids = [
            self._next(slot, drawn[slot], given[slot], target[slot], drawing[slot])
            for slot in range(self._slots.number)
        ]
        self._slots.read(np.array(ids, np.int32))
        for slot, particle in enumerate(self._particles):
            if particle and not particle.waits and not particle.content and not particle.unread:
                self._begin_piece(slot)

    def _next(self, slot: int, drawn: int, given: Array, target: Array, drawing: Array) -> int:
        """The character that a slot reads next; any will do if its particle waits or is lost.

        Args:
            slot: the slot.
            drawn: the character that the model draws.
            given, target, drawing: nats of each character, (vocabulary,), as learned, with the temperature, and with
                top-k and top-p too.
        """
        particle = self._particles[slot]
        if particle is None or particle.waits:
            return 0
        if content := particle.content:
            index = drawn if content.source is None else content.unread.pop()
            if index not in self._ends:
                content.ids.append(index)
                content.target += float(target[index])
                content.drawing += float(drawing[index])
                if index in self._forbidden or len(content.ids) > MAX_CONTENT:
                    self._particles[slot] = None
                return index
            content.drawing += float(np.logaddexp.reduce(drawing[self._ends]))
            if not self._accepts(particle, content):
                self._particles[slot] = None
                return index
            self._begin_piece(slot)  # the given bar line replaces the one that was drawn
        index = particle.unread.pop()
        particle.weight += float(given[index])
        return index

    def _accepts(self, particle: _Particle, content: _Content) -> bool:
        """Take a content that has ended, with its weight, if it may stand in the gap."""
        gap, text = self._pieces[particle.piece], self._decoded(content.ids)
        assert isinstance(gap, Gap)
        proposal = gap.proposal(particle.last)
        copied = sum(share for place, share in proposal.items() if place is not None and gap.copies[place] == text)
        particle.weight += content.target - float(np.log(proposal[None] * np.exp(content.drawing) + copied))
        particle.contents.append(content.ids)
        particle.last = content.source
        return gap.accepts(text)

    def _begin_piece(self, slot: int) -> None:
        """Go on to the next piece, after waiting for the others where given text with notes ends."""
        particle = self._particles[slot]
        assert particle
        read = self._pieces[particle.piece]
        particle.piece += 1
        particle.waits = particle.piece == len(self._pieces)
        if not particle.waits and isinstance(read, str) and particle.piece > 1 and _NOTE.search(read):
            particle.waits = True
            self._states[slot] = self._slots.state(slot)
        if not particle.waits:
            self._open(particle)

    def _open(self, particle: _Particle) -> None:
        piece = self._pieces[particle.piece]
        particle.content = None
        if isinstance(piece, str):
            particle.unread = self._encoded(piece)[::-1]
        elif piece.number < len(particle.contents):
            particle.unread = particle.contents[piece.number][::-1]
        else:
            proposal = piece.proposal(particle.last)
            sources, shares = list(proposal), list(proposal.values())
            place = int(np.searchsorted(np.cumsum(shares), self._random.random() * sum(shares), side="right"))
            source = sources[min(place, len(sources) - 1)]
            particle.content = _Content(
                source, [] if source is None else self._encoded(piece.copies[source] + _BAR_LINE)[::-1]
            )

    def _resample(self) -> None:
        """Let the particles go on together, after resampling if too few have nearly all the weight."""
        if not any(self._particles) or not self._states:
            return
        nats = np.array([particle.weight if particle else -np.inf for particle in self._particles])
        weights = np.exp(nats - nats.max())
        weights /= weights.sum()
        ancestors = list(range(len(weights)))
        if 1 / (weights**2).sum() < len(weights) / 2:
            # Systematic resampling: one random number for all.
            points = (self._random.random() + np.arange(len(weights))) / len(weights)
            ancestors = np.minimum(np.searchsorted(weights.cumsum(), points), len(weights) - 1).tolist()
            for particle in filter(None, self._particles):
                particle.weight = 0.0
        chosen = [self._particles[ancestor] for ancestor in ancestors]
        self._particles = [
            replace(particle, contents=list(particle.contents), waits=False) if particle else None
            for particle in chosen
        ]
        for slot, (ancestor, resumed) in enumerate(zip(ancestors, self._particles, strict=True)):
            if resumed:
                self._slots.set_state(slot, self._states[ancestor])
                self._open(resumed)
        self._states.clear()

    def _encoded(self, text: str) -> list[int]:
        return [int(index) for index in self._vocabulary.encode(text)]

    def _decoded(self, ids: Sequence[int]) -> str:
        return self._vocabulary.decode(list(ids))
