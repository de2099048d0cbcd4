"""Mutate a model file at random and open it: it is refused in one line, or it is a model.

    make fuzz-models COUNT=1000000

counts hangs, exceptions of other kinds, and openings that need much more memory than the intact file. Checksums are
made right again, so that the mutations reach the reader of the weights.
"""

import argparse
import io
import json
import random
import struct
import sys
import time
import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from folkkeras.errors import ModelFileError
from folkkeras.model.reader import CONFIG, WEIGHTS, read_exported

HANG = 2.0  # seconds
_WORDS = (0, 1, 2, 3, 8, 16, 2**16, 2**31, 2**32, 2**40, 2**63, 2**64 - 8, 2**64 - 1)


def members_of(path: Path) -> dict[str, bytes]:
    """The files in a model file."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def mutated_model(members: dict[str, bytes], chance: random.Random) -> bytes:
    """A model file of which the weights, the config or the archive itself are mutated."""
    members = dict(members)
    kind = chance.random()
    if kind < 0.75:
        members[WEIGHTS] = _mutated_weights(members[WEIGHTS], chance)
    elif kind < 0.9:
        members[CONFIG] = _mutated_bytes(members[CONFIG], chance)
    data = archive_of(members)
    return data if kind < 0.9 else _mutated_bytes(data, chance)


def archive_of(members: dict[str, bytes]) -> bytes:
    """The bytes of a model file with these files, and with right checksums."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return data.getvalue()


def _mutated_weights(data: bytes, chance: random.Random) -> bytes:
    """Change addresses, sizes, counts and kinds: words of the file's structure, which is not within the arrays."""
    changed = bytearray(data)
    structure = [place for sign in (b"TREE", b"SNOD", b"HEAP", b"\x89HDF") for place in _places(data, sign)]
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        if chance.random() < 0.8:
            near = chance.choice(structure) + chance.randrange(0, 400)
        else:
            near = chance.randrange(len(changed))
        width = chance.choice((1, 2, 4, 8))
        place = min(near // width * width, len(changed) - width)
        if chance.random() < 0.5:  # an address that exists, so that nodes form circles
            value = chance.choice(structure)
        else:
            value = chance.choice(_WORDS) if chance.random() < 0.6 else chance.randrange(256**width)
        changed[place : place + width] = struct.pack("<Q", value)[:width]
    if chance.random() < 0.1:
        del changed[chance.randrange(len(changed)) :]
    return bytes(changed)


def _places(data: bytes, sign: bytes) -> list[int]:
    places, place = [], data.find(sign)
    while place >= 0:
        places.append(place)
        place = data.find(sign, place + 1)
    return places


def _mutated_bytes(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 5, 20))):
        place = chance.randrange(len(changed) or 1)
        kind = chance.random()
        if kind < 0.5 and changed:
            changed[place] = chance.choice((0x30, 0x22, 0x7D, 0xFF, 0, chance.randrange(256)))
        elif kind < 0.8:
            del changed[place : place + chance.randrange(1, 9)]
        else:
            changed[place:place] = changed[: chance.randrange(1, 30)]
    return bytes(changed)


def tried(path: Path, data: bytes, most: int) -> str:
    """What opening a file of these bytes came to: "refused", "opened", or a find.

    Args:
        path: where the file is written.
        data: the file.
        most: bytes of memory that it may need.
    """
    path.write_bytes(data)
    tracemalloc.reset_peak()
    before, began = tracemalloc.get_traced_memory()[0], time.monotonic()
    try:
        read_exported(path)
        result = "opened"
    except ModelFileError as error:
        result = "refused" if "\n" not in str(error) else "several lines"
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    if time.monotonic() - began > HANG:
        return "hang"
    if tracemalloc.get_traced_memory()[1] - before > most:
        return "too much memory"
    return result


def fuzz(model: Path, count: int, seed: int, finds: Path | None = None) -> Counter[str]:
    """Open so many mutated copies of a model; count what came of it, and keep the files that are finds."""
    members, chance, results = members_of(model), random.Random(seed), Counter[str]()
    intact = archive_of(members)
    tracemalloc.start()
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            for _ in range(2):  # the second one shows what it needs without first imports
                if tried(path, intact, 2**62) != "opened":
                    raise AssertionError("the intact model is refused")
                needed = tracemalloc.get_traced_memory()[1]
            most = needed + 2 * len(intact)
            for number in range(count):
                data = mutated_model(members, chance)
                result = tried(path, data, most)
                results[result] += 1
                if result not in ("opened", "refused") and finds:
                    finds.mkdir(exist_ok=True)
                    (finds / f"{seed}-{number}.keras").write_bytes(data)
    finally:
        tracemalloc.stop()
    return results


def small_model(path: Path) -> None:
    """Write a small model with features."""
    from folkkeras.model.saving import save_model
    from folkkeras.model.tune_model import build_model
    from folkkeras.vocabulary import Vocabulary

    vocabulary = Vocabulary("".join(map(chr, range(32, 127))) + "\n")
    save_model(build_model(vocabulary, embedding=16, units=24, features="all", feature_embedding=8), path)


def main() -> None:
    """Read the command line, mutate, count."""
    parser = argparse.ArgumentParser(description="Open mutated model files.")
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--finds", type=Path, default=Path("fuzz-finds"))
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        model = Path(folder) / "small.keras"
        small_model(model)
        results = fuzz(model, arguments.count, arguments.seed, arguments.finds)
    print(json.dumps(dict(results.most_common(20))))
    sys.exit(bool(results.keys() - {"opened", "refused"}))


if __name__ == "__main__":
    main()
