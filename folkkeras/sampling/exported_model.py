"""A model's weights, to draw one stream or many side by side.

The weights of a model in training are copied into a stateful clone of batch size 1, which is the reference for the
decoding engines. NumPy's engine starts at once and needs no TensorFlow. XLA's engine is for large numbers of tunes,
which make up for its start-up time.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from folkkeras.errors import UsageError
from folkkeras.model.weights import ExportedWeights
from folkkeras.sampling.numpy_engine import NumpyEngine
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.slots import Slots
from folkkeras.sampling.training_tunes import TrainingTunes
from folkkeras.vocabulary import Vocabulary

if TYPE_CHECKING:
    from folkkeras.model.tune_model import TuneModel

MAX_SLOTS = 64  # tunes side by side
MANY = 1_000  # tunes; from here on XLA's engine makes up for its start-up time, at 1,024 units


def needs_tensorflow(tunes: int, *, bfloat16: bool) -> bool:
    """Whether XLA's engine draws this many tunes."""
    return bfloat16 or tunes >= MANY


class ExportedModel:
    """A model to draw from.

    Args:
        model: the trained model, whose weights are copied, or the result of `read_exported`.
        name: the model's name, for messages and generation records.
        bfloat16: draw with the weight matrices in bfloat16. It rounds so coarsely that a tune can depend on the number
            of slots.
        slots: the number of slots to draw in, 1 to 64; by default as many as there are tunes.
        training_tunes: the tunes that the model was trained on; by default those that its metadata names.

    Raises:
        UsageError: the number of slots is out of range.
    """

    def __init__(
        self,
        model: "TuneModel | ExportedWeights",
        *,
        name: str = "",
        bfloat16: bool = False,
        slots: int | None = None,
        training_tunes: TrainingTunes | None = None,
    ) -> None:
        if slots is not None and not 1 <= slots <= MAX_SLOTS:
            raise UsageError(f"slots must be 1 to {MAX_SLOTS}, not {slots}")
        self.name, self.bfloat16 = name, bfloat16
        self._slots = slots
        self._clone: TuneModel | None = None
        if isinstance(model, ExportedWeights):
            self.exported = model
        else:
            self.copy_weights(model)
        self.training_tunes = training_tunes or TrainingTunes(self.metadata)

    def copy_weights(self, model: "TuneModel") -> None:
        """Copy the current weights of `model`, which must be the same model at each call."""
        if self._clone is None:
            self._clone = model.clone(batch_size=1, stateful=True)
        else:
            self._clone.set_weights(model.get_weights())
        self.exported = self._clone.export_weights()
        self.__dict__.pop("digest", None)

    @property
    def vocabulary(self) -> Vocabulary:
        """The characters that the model knows."""
        return self.exported.vocabulary

    @property
    def metadata(self) -> dict[str, Any]:
        """How the model was trained."""
        return self.exported.metadata

    @cached_property
    def digest(self) -> str:
        """See `ExportedWeights.digest`."""
        return self.exported.digest()

    def slots_for(self, tunes: int) -> int:
        """The number of slots in which to draw this many tunes."""
        if self._slots:
            return self._slots
        if needs_tensorflow(tunes, bfloat16=self.bfloat16):
            tunes = 1 << (tunes - 1).bit_length()  # a power of two, since each number compiles an engine
        return min(MAX_SLOTS, tunes)

    def slots(self, tunes: int, sampling: Sampling) -> Slots:
        """Slots in which to draw this many tunes."""
        number = self.slots_for(tunes)
        if not needs_tensorflow(tunes, bfloat16=self.bfloat16):
            return Slots(NumpyEngine(self.exported, number, sampling))
        from folkkeras.sampling.xla_engine import XlaEngine

        return Slots(XlaEngine(self.exported, number, sampling, bfloat16=self.bfloat16))

    def require_known(self, text: str) -> None:
        """Raise UsageError if a text is empty or has a character that the model does not know."""
        if not text:
            raise UsageError("the start text is empty: give at least one character, such as --start X:1")
        if unknown := self.vocabulary.unknown(text):
            names = ", ".join(repr(character) for character in unknown)
            raise UsageError(
                f"the model does not know the characters {names} in the request: use only those of its vocabulary"
            )
