"""Truncated checkpoints, and checkpoints with flipped bits."""

import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from folkkeras.config import TrainingConfig
from support.fault_injection import STEPS, Lost, require


def broken_files(folder: Path, count: int, chance: random.Random) -> str:
    """Truncate a checkpoint or flip a bit in it: it is reported as damaged, or its arrays are unchanged."""
    from folkkeras.errors import RunError
    from folkkeras.runs.folder import open_run
    from folkkeras.training.checkpoints import Checkpoints
    from folkkeras.training.train import compiled_model
    from folkkeras.vocabulary import Vocabulary

    run = open_run(folder.parent, folder.name)
    good = run.checkpoints()[-1].read_bytes()
    before = run.checkpoints()[-2]
    metadata = {"options": run.config.to_json()}
    with tempfile.TemporaryDirectory() as place:
        other = Path(place) / run.name
        (other / "checkpoints").mkdir(parents=True)
        shutil.copy(run.folder / "config.json", other)
        shutil.copy(before, other / "checkpoints")
        hurt_run = open_run(other.parent, other.name)
        model = compiled_model(Vocabulary(_characters(before)), TrainingConfig.from_json(metadata["options"]))
        named = unhurt = 0
        right = loaded(compiled_model(model.vocabulary, run.config), run, metadata)
        for number in range(count + 1):
            data = bytearray(good)
            if not number:
                pass  # the intact file, to prove that it is accepted
            elif number % 3:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            else:
                data = data[: chance.randrange(len(data))]
            hurt_run.checkpoint(STEPS).write_bytes(data)
            faults: list[str] = []
            try:
                progress = Checkpoints(hurt_run, metadata).restore(model, faults.append)
            except RunError as error:
                raise Lost(f"{error}") from error
            require(number > 0 or not faults, f"a whole checkpoint is not taken: {faults}")
            if faults:
                named += 1
                require(hurt_run.checkpoint(STEPS).name in faults[0], faults[0])
                require(progress.step < STEPS, "a damaged checkpoint was used")
            else:
                unhurt += number > 0
                got = loaded(model, hurt_run, metadata)
                require(all(map(np.array_equal, right, got)), "it was silently wrong")
                require(progress.step == STEPS, "it was silently another step")
    return f"{named} named and the one before used, {unhurt} the same bit for bit, 0 silently wrong"


def loaded(model: Any, run: Any, metadata: dict) -> list[np.ndarray]:
    """The variables of a model and its optimizer after the model restores a run's newest checkpoint."""
    from folkkeras.training.checkpoints import Checkpoints

    Checkpoints(run, metadata).restore(model)
    return [*model.get_weights(), *(np.asarray(variable.numpy()) for variable in model.optimizer.variables)]


def _characters(path: Path) -> str:
    from folkkeras.model.saving import open_model

    return open_model(path).vocabulary.characters
