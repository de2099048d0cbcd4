"""What the shell completes: choices, runs, models, collections and files."""

from pathlib import Path

import pytest
from support.terminal import Folk
from support.trained import TrainedRun


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("folk train --preset ", {"lab", "quick"}),
        ("folk train --schedule co", {"constant", "cosine"}),
        ("folk train --strategy m", {"mirrored", "multi-worker"}),
        ("folk train o", {"oneills", "other.abc"}),
        ("folk train --from c", {"celtic"}),
        ("folk sample s", {"small", "some.keras"}),
        ("folk runs show ", {"small"}),
        ("folk render other.abc --to m", {"mid", "mp3", "musicxml"}),
        ("folk render other.abc --instrument f", {"fiddle", "flute"}),
        ("folk check ot", {"other.abc"}),
    ],
)
def test_names_are_completed(folk: Folk, trained: TrainedRun, tmp_path: Path, line: str, names: set[str]) -> None:
    for name in ("other.abc", "some.keras", "notes.txt"):
        (tmp_path / name).write_text("")
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    done = folk(env={"_FOLK_COMPLETE": "complete_bash", "FOLK_RUNS": str(trained.runs), **words})
    assert set(done.stdout.split()) == names
