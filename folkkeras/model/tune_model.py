"""The model: Embedding -> LSTM -> Dense, characters in, logits of the next character out.

One builder serves training and generation: the stateful twin of batch size 1 has the same layers and
takes the same weights. Sources: MIT 6.S191 lab 1 part 2; A. Graves, "Generating Sequences With Recurrent
Neural Networks" (2013), arXiv:1308.0850; one dropout mask a sequence: Y. Gal and Z. Ghahramani, "A
Theoretically Grounded Application of Dropout in Recurrent Neural Networks" (2016), arXiv:1512.05287; dropped
recurrent weights: S. Merity et al., "Regularizing and Optimizing LSTM Language Models" (2017), arXiv:1708.02182.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from folkkeras.model.lstm import LSTM, lstm_of_characters
from folkkeras.model.weights import Network
from folkkeras.vocabulary import Vocabulary


@dataclass(frozen=True)
class Share:
    """Which sequences of a batch a call of the model has, where several devices share a step's batch."""

    step: tf.Tensor  # of the training, int64 scalar
    begin: tf.Tensor  # the first sequence's place in the batch, int32 scalar
    batch_size: int  # of the whole batch


@keras.saving.register_keras_serializable(package="folkkeras")
class TuneModel(keras.Model):
    """A character-level LSTM language model that carries its vocabulary.

    Args:
        characters: the vocabulary, in the order of the indices.
        embedding: dimensions of a character's vector.
        units: of each LSTM layer.
        layers: LSTM layers.
        dropout: share of each LSTM's outputs set to 0 in training, one mask a sequence.
        weight_drop: share of each LSTM's recurrent weights set to 0 in training, one mask a step.
        seed: of the initial weights and of the dropout masks.
        stateful: carry the LSTM's states from call to call; build it for a fixed batch size.
        about: how the model was trained, plain JSON values.
        blank: start with zeros, for weights that come from elsewhere; orthogonal ones take seconds to find.
    """

    def __init__(
        self,
        *,
        characters: str,
        embedding: int,
        units: int,
        layers: int = 1,
        dropout: float = 0.0,
        weight_drop: float = 0.0,
        seed: int = 0,
        stateful: bool = False,
        about: dict[str, Any] | None = None,
        blank: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary = Vocabulary(characters)
        self.sizes: dict[str, Any] = {
            "embedding": embedding,
            "units": units,
            "layers": layers,
            "dropout": dropout,
            "weight_drop": weight_drop,
            "seed": seed,
        }
        self.about = about or {}
        initializers = keras.initializers

        def start(initializer: type, number: int, **options: Any) -> Any:
            return "zeros" if blank else initializer(seed=seed + number, **options)

        # Keras's own start, uniform within 0.05, leaves the characters nearly alike for the first hundred
        # steps; unit variance, PyTorch's start, is 0.15 bits per character better at step 200.
        self.embedding = keras.layers.Embedding(
            len(self.vocabulary), embedding, embeddings_initializer=start(initializers.RandomNormal, 0, stddev=1.0)
        )
        self.lstms = [
            LSTM(
                units,
                return_sequences=True,
                stateful=stateful,
                kernel_initializer=start(initializers.GlorotUniform, 2 * layer + 1),
                recurrent_initializer=start(initializers.Orthogonal, 2 * layer + 2),
            )
            for layer in range(layers)
        ]
        self.dense = keras.layers.Dense(
            len(self.vocabulary), kernel_initializer=start(initializers.GlorotUniform, 2 * layers + 1)
        )
        # One mask over all steps of a sequence: element-wise masks cost more than the step itself.
        self.dropouts = [
            keras.layers.Dropout(dropout, noise_shape=(None, 1, None), seed=seed + layer)
            for layer in range(layers if dropout else 0)
        ]
        self.weight_drops = [
            keras.random.SeedGenerator(seed + layers + layer) for layer in range(layers if weight_drop else 0)
        ]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights for ids of the shape (batch, length)."""
        batch, length = input_shape
        self.embedding.build((batch, length))
        size = self.sizes["embedding"]
        for lstm in self.lstms:
            lstm.build((batch, length, size))
            size = lstm.units
        self.dense.build((batch, length, size))
        self.built = True

    def call(self, ids: Any, training: bool | None = None, share: Share | None = None) -> Any:
        """Logits of the next characters.

        Args:
            ids: indices of characters, int32 (batch, length).
            training: True applies dropout.
            share: where `ids` are a share of a larger batch; the masks are those that it has in the whole.

        Returns:
            float32 (batch, length, vocabulary).
        """
        x = None
        for layer, lstm in enumerate(self.lstms):
            with self._weights_dropped(layer, share) if training and self.weight_drops else nullcontext():
                x = lstm(x) if layer else self._first(ids)  # (batch, length, units)
            if training and self.dropouts:
                x = x * self._mask_of(share, layer, x) if share else self.dropouts[layer](x, training=True)
        return self.dense(x)  # (batch, length, vocabulary)

    def _mask_of(self, share: Share, layer: int, x: tf.Tensor) -> tf.Tensor:
        """The rows of the whole batch's mask that are a share's, (sequences, 1, units)."""
        whole = tf.ones((share.batch_size, 1, x.shape[-1]), x.dtype)
        seed = self._seed(layer, share.step)
        mask = tf.nn.experimental.stateless_dropout(whole, self.sizes["dropout"], seed)
        return tf.slice(mask, [share.begin, 0, 0], [x.shape[0], -1, -1])

    def _seed(self, number: int, step: Any) -> Any:
        """What a step's mask of this number is drawn from: the dropouts of all layers, then the weights'."""
        return tf.stack([tf.constant(self.sizes["seed"] + number, tf.int64), tf.cast(step, tf.int64)])

    @contextmanager
    def _weights_dropped(self, layer: int, share: Share | None) -> Iterator[None]:
        """A context in which a layer reads its recurrent kernel with a share of it set to 0, the rest scaled up."""
        cell, rate = self.lstms[layer].cell, self.sizes["weight_drop"]
        kernel = cell.recurrent_kernel
        if share:
            drawn = tf.random.stateless_uniform(kernel.shape, self._seed(len(self.lstms) + layer, share.step))
        else:
            drawn = keras.random.uniform(kernel.shape, seed=self.weight_drops[layer])
        kept = drawn >= rate
        # Past Keras's tracking of attributes, which is for what a layer owns.
        object.__setattr__(cell, "recurrent_kernel", tf.where(kept, kernel / (1 - rate), 0.0))
        try:
            yield
        finally:
            object.__setattr__(cell, "recurrent_kernel", kernel)

    def folded_table(self) -> Any:
        """Each character's share of the first LSTM's gates, its input projection, (vocabulary, 4 * units).

        A look-up in it replaces the product of each character's vector with the kernel.
        """
        cell = self.lstms[0].cell
        return tf.matmul(self.embedding.embeddings, cell.kernel) + cell.bias

    def _first(self, ids: Any) -> Any:
        """The first LSTM's outputs, (batch, length, units), by the folded table where that is our own way."""
        lstm = self.lstms[0]
        if not lstm.is_covered():
            return lstm(self.embedding(ids))
        kernel = tf.convert_to_tensor(lstm.cell.recurrent_kernel)
        before = lstm.states if lstm.stateful else lstm.get_initial_state(tf.shape(ids)[0])
        h, c = (tf.cast(state, kernel.dtype) for state in before)  # (batch, units) each
        outputs, *after = lstm_of_characters(ids, h, c, self.folded_table(), kernel)
        if lstm.stateful:
            for state, value in zip(lstm.states, after, strict=True):
                state.assign(value)
        return outputs

    def set_step(self, step: int) -> None:
        """Make the next dropout masks those of the training step `step`, whatever was drawn before."""
        for number, dropout in enumerate(self.dropouts):
            dropout.seed_generator.state.assign(self._seed(number, step))
        for number, seeds in enumerate(self.weight_drops):
            seeds.state.assign(self._seed(len(self.lstms) + number, step))

    def reset_state(self) -> None:
        """Set the states of a stateful model to zero, as at the beginning of a text."""
        for lstm in self.lstms:
            lstm.reset_state()

    def twin(self, *, batch_size: int | None = None, stateful: bool = False) -> "TuneModel":
        """A model of the same sizes with a copy of the weights, without optimizer."""
        twin = build_model(
            self.vocabulary, batch_size=batch_size, stateful=stateful, about=dict(self.about), blank=True, **self.sizes
        )
        twin.set_weights(self.get_weights())
        return twin

    def network(self) -> Network:
        """The weights of now as plain arrays, to draw with."""
        sizes = {name: self.sizes[name] for name in ("embedding", "units", "layers")}
        return Network(self.vocabulary, sizes, dict(self.about), self.get_weights())

    def get_config(self) -> dict[str, Any]:
        """What builds this model again, as JSON values."""
        return {
            "characters": self.vocabulary.characters,
            **self.sizes,
            "about": dict(self.about),
        }


def build_model(
    vocabulary: Vocabulary,
    *,
    embedding: int = 256,
    units: int = 1_024,
    layers: int = 1,
    dropout: float = 0.0,
    weight_drop: float = 0.0,
    seed: int = 0,
    batch_size: int | None = None,
    stateful: bool = False,
    about: dict[str, Any] | None = None,
    blank: bool = False,
) -> TuneModel:
    """A model with its weights created.

    Args:
        vocabulary: the characters.
        batch_size: None for any; a stateful model needs a fixed one.

    The other arguments are those of `TuneModel`.
    """
    model = TuneModel(
        characters=vocabulary.characters,
        embedding=embedding,
        units=units,
        layers=layers,
        dropout=dropout,
        weight_drop=weight_drop,
        seed=seed,
        stateful=stateful,
        about=about,
        blank=blank,
    )
    model.build((batch_size, None))
    return model
