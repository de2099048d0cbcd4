"""The score and the sound of a training's tunes for TensorBoard, so that one sees and hears the model learn.

They are made in a process of their own, since the libraries that draw and sound may crash.
"""

import tensorflow as tf

from folkkeras.errors import FolkError
from folkkeras.music.reading import read_tune
from folkkeras.music.render.client import Workshop

PATIENCE = 10.0  # seconds for a score or a sound
LONGEST = 20  # seconds of sound that the dashboard keeps
_EVERY = 3  # of the samples, one is kept: 16,000 a second
_RATE = 48_000 // _EVERY


class Media:
    """Writes scores and sounds to the summary writer that is the default one."""

    def __init__(self) -> None:
        self._workshop = Workshop(PATIENCE)

    def write(self, text: str) -> None:
        """Write the score and the sound of a tune, where it has notes."""
        tune = read_tune(text)
        try:
            score = self._workshop.render(tune, "png")
            sound = self._workshop.render(tune, "wav")
        except FolkError:
            return  # a young model's tunes often have no notes
        tf.summary.image("score", tf.io.decode_png(score, channels=3)[None])
        wave, _ = tf.audio.decode_wav(sound, desired_samples=-1)  # (samples, 1)
        wave = wave[: len(wave) // _EVERY * _EVERY]
        wave = tf.reduce_mean(tf.reshape(wave, (-1, _EVERY, 1)), 1)[: LONGEST * _RATE]
        tf.summary.audio("sound", wave[None], _RATE, encoding="wav")

    def close(self) -> None:
        """End the process."""
        self._workshop.close()
