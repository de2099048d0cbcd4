"""Small models, and modified model files."""

import json
import zipfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from folkkeras.model.tune_model import TuneModel, build_model
from folkkeras.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_text("X:1\nT:abc def|\n")


# The hyperparameters of a small model that reads features.
FEATURES: dict[str, object] = {"features": "all", "feature_embedding": 5}


def small(**options: object) -> TuneModel:
    hyperparameters = {"embedding": 8, "units": 12, "layers": 2, "seed": 5, **options}
    return build_model(VOCABULARY, **hyperparameters)


def gradients_of(model: TuneModel, inputs: object) -> list[np.ndarray]:
    """The gradients of a loss in training, with the masks of one step."""
    model.set_step(3)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.sin(model(inputs, training=True)))
    found = tape.gradient(loss, model.trainable_variables)
    return [tf.convert_to_tensor(gradient).numpy() for gradient in found]


def rewritten(data: bytes, path: Path, change: object, compression: int = zipfile.ZIP_STORED) -> Path:
    """A copy of a model file with its config changed."""
    source = path.with_suffix(".original")
    source.write_bytes(data)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", compression) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                saved = json.loads(content)
                change(saved)
                content = json.dumps(saved).encode()
            new.writestr(name, content)
    return path
