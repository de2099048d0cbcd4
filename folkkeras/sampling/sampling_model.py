"""A model's weights, to draw one stream or many side by side.

The weights of a model in training are copied into a stateful clone of batch size 1, which is the reference for the
decoding engine. The engine itself needs no TensorFlow.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from folkkeras.errors import UsageError
from folkkeras.model.weights import ExportedWeights
from folkkeras.sampling.engine import EngineWeights, load_compiled
from folkkeras.sampling.slots import Slots
from folkkeras.sampling.training_tunes import TrainingTunes
from folkkeras.vocabulary import Vocabulary

if TYPE_CHECKING:
    from folkkeras.model.tune_model import TuneModel

MAX_SLOTS = 64  # tunes side by side


class SamplingModel:
    """A model to draw from.

    Args:
        model: the trained model, whose weights are copied, or the result of `read_exported`.
        name: the model's name, for messages and generation records.
        int8: compute products in int8; otherwise in float32.
        training_tunes: the tunes that the model was trained on; by default those that its metadata names.
    """

    def __init__(
        self,
        model: "TuneModel | ExportedWeights",
        *,
        name: str = "",
        int8: bool = True,
        training_tunes: TrainingTunes | None = None,
    ) -> None:
        self.name, self.int8 = name, int8
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
        for name in ("digest", "_weights"):
            self.__dict__.pop(name, None)

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

    @cached_property
    def _weights(self) -> EngineWeights:
        return EngineWeights(self.exported, int8=self.int8)

    def slots(self, number: int) -> Slots:
        """So many slots, each for a stream of its own."""
        return Slots(self._weights, number)

    def load_compiled(self) -> None:
        """Load what longer work is compiled with, so that nobody has to wait for it then."""
        load_compiled(self._weights)

    def require_known(self, text: str) -> None:
        """Raise UsageError if a text is empty or has a character that the model does not know."""
        if not text:
            raise UsageError("the start text is empty: give at least one character, such as --start X:1")
        if unknown := self.vocabulary.unknown(text):
            names = ", ".join(repr(character) for character in unknown)
            raise UsageError(
                f"the model does not know the characters {names} in the request: use only those of its vocabulary"
            )
