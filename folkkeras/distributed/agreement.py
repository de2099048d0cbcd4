"""What the workers of a cluster have to agree on before they train together."""

from typing import Any

from folkkeras.config import option
from folkkeras.runs.run import Run

_SAME = ("folkkeras", "keras", "tensorflow")  # versions


def agreement_of(run: Run, gpus: int) -> dict[str, Any]:
    """What each worker sends at the rendezvous: corpus, options, versions and number of GPUs, by names for messages."""
    options = {option(name): value for name, value in run.config.to_json().items() if name != "keep"}
    versions = {each: run.versions[each] for each in _SAME}
    return {"corpus of the digest": run.corpus_digest, **options, **versions, "number of GPUs": gpus}
