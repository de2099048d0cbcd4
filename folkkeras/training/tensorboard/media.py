"""The scores and sounds of a run's tunes for TensorBoard, where the user can see and hear the model learn.

A separate process renders them, since the libraries for scores and sound may crash.
"""

import tensorflow as tf

from folkkeras.errors import FolkError
from folkkeras.music.reading import read_tune
from folkkeras.music.render.client import RenderClient
from folkkeras.music.render.performance import Playing

PATIENCE = 10.0  # seconds to wait for a score or a sound
LONGEST = 20  # seconds of sound to log
_EVERY = 3  # samples averaged into one, which leaves 16,000 per second
_RATE = 48_000 // _EVERY


class Media:
    """Writes scores and sounds to the default summary writer."""

    def __init__(self) -> None:
        self._client = RenderClient(PATIENCE)

    def write(self, text: str) -> None:
        """Write the score and the sound of a tune, if it has notes."""
        tune = read_tune(text)
        try:
            score = self._client.render(tune, "thumbnail")
            sound = self._client.render(tune, "wav", playing=Playing(longest=LONGEST))
        except FolkError:
            return  # early in training a model's tunes often have no notes
        tf.summary.image("score", tf.io.decode_png(score, channels=3)[None])
        wave, _ = tf.audio.decode_wav(sound, desired_samples=-1)  # (samples, 1)
        wave = wave[: len(wave) // _EVERY * _EVERY]
        # The synthesiser lets the last note fade after the end.
        wave = tf.reduce_mean(tf.reshape(wave, (-1, _EVERY, 1)), 1)[: LONGEST * _RATE]
        tf.summary.audio("sound", wave[None], _RATE, encoding="wav")

    def close(self) -> None:
        """End the rendering process."""
        self._client.close()
