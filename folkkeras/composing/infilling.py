"""Fill gaps in a text: draw what stands in them, and weigh it by how likely the text behind them then is.

A model of the next character only looks back. So many fillings, the particles, are drawn side by side, and each reads
the given text behind its gaps. A particle's weight is the probability of all given text that it reads. Wherever a
stretch of given text ends, particles are drawn again in proportion to their weights (resampling) if the effective
sample size has fallen below half of them. At the end, fillings are drawn in proportion to their weights. They are
distributed as the model's drawing would be, given the text behind the gaps, as the number of particles grows.

Sources: A. Doucet and A. M. Johansen, "A tutorial on particle filtering and smoothing" (2009), section 3; for language
models, A. K. Lew et al., "Sequential Monte Carlo steering of large language models", arXiv:2306.03081 (2023); drawing
without replacement by Gumbel numbers, W. Kool et al., arXiv:1903.06059 (2019).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from folkkeras.model.weights import Array
from folkkeras.sampling.engine import SlotState
from folkkeras.sampling.sampler import Sampling, draw
from folkkeras.sampling.sampling_model import SamplingModel

PARTICLES = 64
MAX_CONTENT = 80  # characters in a gap; what is longer is not a bar
_BAR_LINE, _COLON, _LINE_END = "|", ":", "\n"
_NOTE = re.compile(r"[A-Ga-g]")


@dataclass(frozen=True)
class Gap:
    """A gap, for the content of one bar.

    Args:
        number: where it comes in the order of the gaps, from 0.
        accepts: whether a content may stand in it.
    """

    number: int
    accepts: Callable[[str], bool]


Piece = str | Gap  # given text, or a gap; a gap that occurs again is filled again with the same content


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
class _Particle:
    piece: int  # the index of the piece that it reads or fills
    unread: list[int] = field(default_factory=list)  # what is left of given text, last character first
    content: list[int] | None = None  # of the gap that it fills; None if it reads given text
    contents: list[list[int]] = field(default_factory=list)  # of the gaps so far
    weight: float = 0.0  # nats
    waits: bool = False  # at the end of a stretch of given text, or of all

    def copy(self) -> "_Particle":
        return _Particle(self.piece, list(self.unread), None, list(self.contents), 0.0, self.waits)


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
        self._random = np.random.default_rng(seed)
        self._ends = set(self._encoded(_BAR_LINE + _COLON))
        self._forbidden = set(self._encoded(_LINE_END))
        self._slots = model.slots(particles, sampling)
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
        alone = model.slots(1, self._sampling)
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
        nats = logits - np.logaddexp.reduce(logits, -1, keepdims=True)
        uniforms = self._random.random(self._slots.number, dtype=np.float32)
        drawing = any(particle and particle.content is not None for particle in self._particles)
        drawn = draw(logits, uniforms, self._sampling).tolist() if drawing else [0] * self._slots.number
        ids = [self._next(slot, drawn[slot], nats[slot]) for slot in range(self._slots.number)]
        self._slots.read(np.array(ids, np.int32))
        for slot, particle in enumerate(self._particles):
            if particle and not particle.waits and particle.content is None and not particle.unread:
                self._begin_piece(slot)

    def _next(self, slot: int, drawn: int, nats: Array) -> int:
        """The character that a slot reads next; any will do if its particle waits."""
        particle = self._particles[slot]
        if particle is None or particle.waits:
            return 0
        if particle.content is not None:
            if drawn not in self._ends:
                particle.content.append(drawn)
                if drawn in self._forbidden or len(particle.content) > MAX_CONTENT:
                    self._particles[slot] = None
                return drawn
            gap = self._pieces[particle.piece]
            assert isinstance(gap, Gap)
            if not gap.accepts(self._decoded(particle.content)):
                self._particles[slot] = None
                return drawn
            particle.contents.append(particle.content)
            self._begin_piece(slot)  # the given bar line replaces the one that was drawn
        index = particle.unread.pop()
        particle.weight += float(nats[index])
        return index

    def _begin_piece(self, slot: int) -> None:
        """Go on to the next piece, after waiting for the others where given text with notes ends."""
        particle = self._particles[slot]
        assert particle
        read = self._pieces[particle.piece]
        particle.piece += 1
        if particle.piece == len(self._pieces):
            particle.waits = True
            return
        if isinstance(read, str) and particle.piece > 1 and _NOTE.search(read):
            particle.waits = True
            self._states[slot] = self._slots.state(slot)
        self._open(particle)

    def _open(self, particle: _Particle) -> None:
        piece = self._pieces[particle.piece]
        particle.content = None
        if isinstance(piece, str):
            particle.unread = self._encoded(piece)[::-1]
        elif piece.number < len(particle.contents):
            particle.unread = particle.contents[piece.number][::-1]
        else:
            particle.content = []

    def _resample(self) -> None:
        """Let the particles go on together, after resampling if too few have nearly all the weight."""
        if not any(self._particles) or not self._states:
            return
        nats = np.array([particle.weight if particle else -np.inf for particle in self._particles])
        weights = np.exp(nats - nats.max())
        weights /= weights.sum()
        if 1 / (weights**2).sum() < len(weights) / 2:
            # Systematic resampling: one random number for all.
            points = (self._random.random() + np.arange(len(weights))) / len(weights)
            ancestors = np.minimum(np.searchsorted(weights.cumsum(), points), len(weights) - 1).tolist()
            states = [self._states.get(ancestor) for ancestor in ancestors]
            self._particles = [particle.copy() if (particle := self._particles[each]) else None for each in ancestors]
        else:
            states = [self._states.get(slot) for slot in range(len(weights))]
        for slot, (particle, state) in enumerate(zip(self._particles, states, strict=True)):
            if particle and state:
                self._slots.set_state(slot, state)
                particle.waits = False
                self._open(particle)
        self._states.clear()

    def _encoded(self, text: str) -> list[int]:
        return [int(index) for index in self._vocabulary.encode(text)]

    def _decoded(self, ids: Sequence[int]) -> str:
        return self._vocabulary.decode(list(ids))
