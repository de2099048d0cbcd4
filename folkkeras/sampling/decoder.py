"""A model's weights as they are drawn from, one stream or many side by side.

Of a model in training a stateful clone of batch size 1 takes a copy of the weights; it is the reference for the
engines: NumPy's, which starts at once and needs no TensorFlow, and XLA's, where so much is to be drawn that its
start pays.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from folkkeras.errors import UsageError
from folkkeras.model.weights import Network
from folkkeras.sampling.numpy_engine import NumpyEngine
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.slots import Slots
from folkkeras.sampling.training_tunes import TrainingTunes
from folkkeras.vocabulary import Vocabulary

if TYPE_CHECKING:
    from folkkeras.model.tune_model import TuneModel

MAX_SLOTS = 64  # tunes side by side
MANY = 1_000  # tunes; XLA's engine has then made up for its start, at 1,024 units


def needs_tensorflow(tunes: int, *, bfloat16: bool) -> bool:
    """Whether so many tunes are drawn by XLA's engine."""
    return bfloat16 or tunes >= MANY


class Decoder:
    """A model to draw from.

    Args:
        model: the trained model, whose weights are copied, or what `read_network` found in its file.
        name: of the model, for messages and generation records.
        bfloat16: draw with the weights' matrices in bfloat16. It rounds so coarsely that a tune can come out
            otherwise in another number of slots.
        slots: to draw in, 1 to 64; without it, as many as there are tunes.
        training_tunes: those that the model was trained on; without them, as its metadata names them.

    Raises:
        UsageError: the number of slots is out of its range.
    """

    def __init__(
        self,
        model: "TuneModel | Network",
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
        if isinstance(model, Network):
            self.network = model
        else:
            self.copy_weights(model)
        self.training_tunes = training_tunes or TrainingTunes(self.metadata)

    def copy_weights(self, model: "TuneModel") -> None:
        """Take the weights that `model`, always the same one, has now."""
        if self._clone is None:
            self._clone = model.twin(batch_size=1, stateful=True)
        else:
            self._clone.set_weights(model.get_weights())
        self.network = self._clone.network()
        self.__dict__.pop("digest", None)

    @property
    def vocabulary(self) -> Vocabulary:
        """The characters that the model knows."""
        return self.network.vocabulary

    @property
    def metadata(self) -> dict[str, Any]:
        """How the model was trained."""
        return self.network.about

    @cached_property
    def digest(self) -> str:
        """As `Network.digest`."""
        return self.network.digest()

    def slots_for(self, tunes: int) -> int:
        """How many of so many tunes are drawn side by side."""
        if self._slots:
            return self._slots
        if needs_tensorflow(tunes, bfloat16=self.bfloat16):
            tunes = 1 << (tunes - 1).bit_length()  # few sizes, since the engine is compiled for each
        return min(MAX_SLOTS, tunes)

    def slots(self, tunes: int, sampling: Sampling) -> Slots:
        """Slots to draw so many tunes in."""
        number = self.slots_for(tunes)
        if not needs_tensorflow(tunes, bfloat16=self.bfloat16):
            return Slots(NumpyEngine(self.network, number, sampling))
        from folkkeras.sampling.xla_engine import XlaEngine

        return Slots(XlaEngine(self.network, number, sampling, bfloat16=self.bfloat16))

    def require_known(self, text: str) -> None:
        """Raise UsageError where a text is empty, or has a character that the model does not know."""
        if not text:
            raise UsageError("the start text is empty: give at least one character, such as --start X:1")
        if unknown := self.vocabulary.unknown(text):
            names = ", ".join(repr(character) for character in unknown)
            raise UsageError(f"the model does not know {names} of what is asked: use only its vocabulary's characters")
