"""The model: Embedding -> LSTM -> Dense, from characters to the logits of the next character.

Beside the characters it may read features of the text before, see `folkkeras.features`. They go into the LSTM and into
the dense layer, further outputs of which are added to the logits of characters that features name, such as one that may
be copied: A. See et al., "Get To The Point" (2017), arXiv:1704.04368; S. Merity et al. (2016), arXiv:1609.07843.

One builder serves training and generation: the stateful clone of batch size 1 has the same layers and
takes the same weights. Sources: MIT 6.S191 lab 1 part 2; A. Graves, "Generating Sequences With Recurrent
Neural Networks" (2013), arXiv:1308.0850; one dropout mask per sequence: Y. Gal and Z. Ghahramani, "A
Theoretically Grounded Application of Dropout in Recurrent Neural Networks" (2016), arXiv:1512.05287; dropped
recurrent weights: S. Merity et al., "Regularizing and Optimizing LSTM Language Models" (2017), arXiv:1708.02182.
"""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from folkkeras.features.columns import NONE, features_of, sizes_of
from folkkeras.features.outputs import count_of
from folkkeras.file_format import FILE_FORMAT
from folkkeras.model.feature_sum import feature_sum
from folkkeras.model.keras_compat import set_seed, value_in_place_of
from folkkeras.model.lstm import LSTM, lstm_of_characters
from folkkeras.model.raised_logits import raised_logits
from folkkeras.model.weights import ExportedWeights, fused_embedding
from folkkeras.vocabulary import Vocabulary


@dataclass(frozen=True)
class BatchShard:
    """The sequences of a batch that one device processes, if several devices split a step's batch."""

    step: tf.Tensor  # the training step, int64 scalar
    begin: tf.Tensor  # position of the shard's first sequence in the batch, int32 scalar
    batch_size: int  # sequences in the full batch


@keras.saving.register_keras_serializable(package="folkkeras")
class TuneModel(keras.Model):
    """A character-level LSTM language model that carries its vocabulary.

    Args:
        characters: the vocabulary, in the order of the indices.
        embedding: dimensions of a character's vector.
        units: units in each LSTM layer.
        layers: the number of LSTM layers.
        features: the groups of features that are inputs beside the characters, see `features_of`.
        feature_embedding: dimensions of the features' vector, the sum of one vector for each; 0 without features.
        dropout: fraction of each LSTM's outputs set to 0 in training, one mask per sequence.
        weight_drop: fraction of each LSTM's recurrent weights set to 0 in training, one mask per step.
        seed: the seed of the initial weights and of the dropout masks.
        stateful: carry the LSTM states from call to call; needs a fixed batch size.
        metadata: how the model was trained, as plain JSON values.
        skip_initialisation: start with zeros, if weights will be loaded; orthogonal initialisation takes seconds.
        bfloat16_products: whether the LSTMs multiply in bfloat16 in training; not part of the configuration.
    """

    def __init__(
        self,
        *,
        characters: str,
        embedding: int,
        units: int,
        layers: int = 1,
        features: str = NONE,
        feature_embedding: int = 0,
        dropout: float = 0.0,
        weight_drop: float = 0.0,
        seed: int = 0,
        stateful: bool = False,
        metadata: dict[str, Any] | None = None,
        skip_initialisation: bool = False,
        bfloat16_products: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary = Vocabulary(characters)
        self.hyperparameters: dict[str, Any] = {
            "embedding": embedding,
            "units": units,
            "layers": layers,
            "features": features,
            "feature_embedding": feature_embedding,
            "dropout": dropout,
            "weight_drop": weight_drop,
            "seed": seed,
        }
        self.metadata = metadata or {}
        self.features = features_of(features)
        initializers = keras.initializers

        def start(initializer: type, number: int, **options: Any) -> Any:
            return "zeros" if skip_initialisation else initializer(seed=seed + number, **options)

        # Keras's default initialisation, uniform within 0.05, leaves the characters nearly alike for the first
        # hundred steps. Unit variance, PyTorch's default, is 0.15 bits per character better at step 200.
        self.embedding = keras.layers.Embedding(
            len(self.vocabulary), embedding, embeddings_initializer=start(initializers.RandomNormal, 0, stddev=1.0)
        )
        if self.features:
            self._sizes = tuple(sizes_of(self.features, len(self.vocabulary)))
            self.feature_embedding = keras.layers.Embedding(
                sum(self._sizes),
                feature_embedding,
                embeddings_initializer=start(
                    initializers.RandomNormal, 2 * layers + 2, stddev=len(self.features) ** -0.5
                ),
            )
        self.lstms = [
            LSTM(
                units,
                return_sequences=True,
                stateful=stateful,
                kernel_initializer=start(initializers.GlorotUniform, 2 * layer + 1),
                recurrent_initializer=start(initializers.Orthogonal, 2 * layer + 2),
                bfloat16_products=bfloat16_products,
            )
            for layer in range(layers)
        ]
        self.dense = keras.layers.Dense(
            len(self.vocabulary) + count_of(self.features),
            kernel_initializer=start(initializers.GlorotUniform, 2 * layers + 1),
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
        """Create the weights for ids of shape (batch, length)."""
        batch, length = input_shape
        self.embedding.build((batch, length))
        beside = self.hyperparameters["feature_embedding"]
        if self.features:
            self.feature_embedding.build((batch, length))
        size = self.hyperparameters["embedding"] + beside
        for lstm in self.lstms:
            lstm.build((batch, length, size))
            size = lstm.units
        self.dense.build((batch, length, size + beside))
        self.built = True

    def call(self, inputs: Any, training: bool | None = None, shard: BatchShard | None = None) -> Any:
        """Logits of the next characters.

        Args:
            inputs: indices of characters, of any numeric dtype, (batch, length); with features a dictionary of these as
                `characters` and of each feature's values by its name, all (batch, length).
            training: True applies dropout.
            shard: set if `inputs` are a shard of a larger batch; the masks are then slices of the full batch's.

        Returns:
            float32 (batch, length, vocabulary).
        """
        ids = tf.cast(inputs["characters"] if self.features else inputs, tf.int32)
        x, beside = None, self._features_embedded(inputs) if self.features else None
        for layer, lstm in enumerate(self.lstms):
            masked = self._masked_kernel(layer, shard) if training and self.weight_drops else None
            with nullcontext() if masked is None else value_in_place_of(lstm.cell.recurrent_kernel, masked):
                x = (
                    lstm(x, training=training) if layer else self._first(ids, beside, training)
                )  # (batch, length, units)
            if training and self.dropouts:
                x = x * self._mask_of(shard, layer, x) if shard else self.dropouts[layer](x, training=True)
        if beside is None:
            return self.dense(x)  # (batch, length, vocabulary)
        outputs = self.dense(tf.concat([x, beside], -1))  # (batch, length, vocabulary and more outputs)
        return raised_logits(outputs, inputs, self.features, self.vocabulary)

    def _features_embedded(self, inputs: Any) -> tf.Tensor:
        """The sum of the features' vectors, (batch, length, feature_embedding)."""
        table = tf.convert_to_tensor(self.feature_embedding.embeddings)
        return feature_sum(table, [tf.cast(inputs[name], tf.int32) for name in self.features], self._sizes)

    def _mask_of(self, shard: BatchShard, layer: int, x: tf.Tensor) -> tf.Tensor:
        """The shard's rows of the full batch's dropout mask, (sequences, 1, units)."""
        whole = tf.ones((shard.batch_size, 1, x.shape[-1]), x.dtype)
        seed = self._seed(layer, shard.step)
        mask = tf.nn.experimental.stateless_dropout(whole, self.hyperparameters["dropout"], seed)
        return tf.slice(mask, [shard.begin, 0, 0], [x.shape[0], -1, -1])

    def _seed(self, number: int, step: Any) -> Any:
        """The seed of a step's mask; the dropout masks of all layers are numbered first, then the weight masks."""
        return tf.stack([tf.constant(self.hyperparameters["seed"] + number, tf.int64), tf.cast(step, tf.int64)])

    def _masked_kernel(self, layer: int, shard: BatchShard | None) -> tf.Tensor:
        """A layer's recurrent kernel with a fraction of it set to 0 and the rest scaled up, (units, 4 * units)."""
        kernel, rate = self.lstms[layer].cell.recurrent_kernel, self.hyperparameters["weight_drop"]
        if shard:
            drawn = tf.random.stateless_uniform(kernel.shape, self._seed(len(self.lstms) + layer, shard.step))
        else:
            drawn = keras.random.uniform(kernel.shape, seed=self.weight_drops[layer])
        return tf.where(drawn >= rate, kernel / (1 - rate), 0.0)

    def _first(self, ids: Any, beside: Any, training: bool | None) -> Any:
        """The first LSTM's outputs, (batch, length, units), from the fused embedding if our own LSTM applies."""
        lstm = self.lstms[0]
        if not lstm.is_covered():
            x = self.embedding(ids)
            return lstm(x if beside is None else tf.concat([x, beside], -1), training=training)
        kernel = tf.convert_to_tensor(lstm.cell.recurrent_kernel)
        before = lstm.states if lstm.stateful else lstm.get_initial_state(tf.shape(ids)[0])
        h, c = (tf.cast(state, kernel.dtype) for state in before)  # (batch, units) each
        vectors, both, bias = map(tf.convert_to_tensor, (self.embedding.embeddings, lstm.cell.kernel, lstm.cell.bias))
        # Split, since two slices would each have a gradient of full size.
        of_characters, of_features = tf.split(both, [self.hyperparameters["embedding"], -1])
        table = fused_embedding(vectors, of_characters, bias)
        if beside is None:
            beside = tf.zeros((*tf.unstack(tf.shape(ids)), 0), table.dtype)
        bfloat16 = bool(training) and lstm.bfloat16_products
        outputs, *after = lstm_of_characters(ids, beside, h, c, table, of_features, kernel, bfloat16=bfloat16)
        if lstm.stateful:
            for state, value in zip(lstm.states, after, strict=True):
                state.assign(value)
        return outputs

    def set_step(self, step: int) -> None:
        """Make the next dropout masks those of the training step `step`, whatever masks were drawn before."""
        for number, dropout in enumerate(self.dropouts):
            set_seed(dropout.seed_generator, self._seed(number, step))
        for number, seeds in enumerate(self.weight_drops):
            set_seed(seeds, self._seed(len(self.lstms) + number, step))

    def reset_state(self) -> None:
        """Set the states of a stateful model to zero, to begin a new text."""
        for lstm in self.lstms:
            lstm.reset_state()

    def clone(self, *, batch_size: int | None = None, stateful: bool = False) -> "TuneModel":
        """A model with the same hyperparameters and a copy of the weights, without the optimizer."""
        clone = build_model(
            self.vocabulary,
            batch_size=batch_size,
            stateful=stateful,
            metadata=dict(self.metadata),
            skip_initialisation=True,
            **self.hyperparameters,
        )
        clone.set_weights(self.get_weights())
        return clone

    def export_weights(self) -> ExportedWeights:
        """The current weights as plain arrays, for generation."""
        names = ("embedding", "units", "layers", "features", "feature_embedding")
        hyperparameters = {name: self.hyperparameters[name] for name in names}
        return ExportedWeights(self.vocabulary, hyperparameters, dict(self.metadata), self.get_weights())

    def get_config(self) -> dict[str, Any]:
        """The JSON values from which `from_config` builds this model."""
        return {
            "format": FILE_FORMAT,
            "characters": self.vocabulary.characters,
            **self.hyperparameters,
            "metadata": dict(self.metadata),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "TuneModel":
        """The model that `get_config` describes."""
        return cls(**{name: value for name, value in config.items() if name != "format"})


def build_model(
    vocabulary: Vocabulary,
    *,
    embedding: int = 256,
    units: int = 1_024,
    layers: int = 1,
    features: str = NONE,
    feature_embedding: int = 0,
    dropout: float = 0.0,
    weight_drop: float = 0.0,
    seed: int = 0,
    batch_size: int | None = None,
    stateful: bool = False,
    metadata: dict[str, Any] | None = None,
    skip_initialisation: bool = False,
    bfloat16_products: bool = False,
) -> TuneModel:
    """A model with its weights created.

    Args:
        vocabulary: the characters.
        batch_size: the number of sequences, or None for any; a stateful model needs a fixed number.

    The other arguments are those of `TuneModel`.
    """
    model = TuneModel(
        characters=vocabulary.characters,
        embedding=embedding,
        units=units,
        layers=layers,
        features=features,
        feature_embedding=feature_embedding,
        dropout=dropout,
        weight_drop=weight_drop,
        seed=seed,
        stateful=stateful,
        metadata=metadata,
        skip_initialisation=skip_initialisation,
        bfloat16_products=bfloat16_products,
    )
    model.build((batch_size, None))
    return model
