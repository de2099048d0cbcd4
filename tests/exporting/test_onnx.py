"""A model as an ONNX file: ONNX Runtime computes what Keras does, and the guide's scripts write tunes with it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from support.terminal import Folk, fails

from folkkeras.errors import OutputError
from folkkeras.exporting.export import export_onnx
from folkkeras.features.columns import COUNT
from folkkeras.features.inputs import model_inputs
from folkkeras.features.stream import FeatureStream
from folkkeras.model.saving import open_model, save_model
from folkkeras.model.tune_model import TuneModel, build_model
from folkkeras.vocabulary import Vocabulary

TEXT = (
    "X:1\nT:Reel\nR:reel\nM:4/4\nL:1/8\nK:D\n|:d2 fd Adfd|((3efg) fe d2 cd|[M:3/4]e>d (cB) =A2:|1 d4 z2:|2 d4 z2|]\n\n"
    * 3
)
GUIDE = (Path(__file__).parents[2] / "docs" / "export.md").read_text()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of two layers without features, and with random weights."""
    path = tmp_path_factory.mktemp("models") / "plain.keras"
    save_model(build_model(Vocabulary.from_text(TEXT), embedding=8, units=16, layers=2), path)
    return path


def logits_of(path: Path, model: TuneModel, text: str, chunk: int) -> np.ndarray:
    """The logits of an ONNX file, which reads so many characters at a time."""
    session = onnxruntime.InferenceSession(path)
    known = session.get_modelmeta().custom_metadata_map["vocabulary"]
    assert json.loads(known) == model.vocabulary.characters
    stream = FeatureStream(model.vocabulary.codes.tolist())
    shape = (len([layer for layer in model.layers if "lstm" in layer.name]), 1, session.get_outputs()[1].shape[-1])
    state = {"h": np.zeros(shape, np.float32), "c": np.zeros(shape, np.float32)}
    found = []
    ids = model.vocabulary.encode(text).tolist()
    for begin in range(0, len(ids), chunk):
        rows = []
        for index in ids[begin : begin + chunk]:
            stream.read(index)
            rows.append(list(stream.row))
        inputs = {"characters": [ids[begin : begin + chunk]], **({"features": [rows]} if model.features else {})}
        logits, state["h"], state["c"] = session.run(None, {**inputs, **state})
        found.append(logits)
    return np.concatenate(found, 1)


@pytest.mark.parametrize("chunk", [1, 50])
def test_logits_are_those_of_keras(plain: Path, chunk: int, tmp_path: Path) -> None:
    for name in (str(plain), "celtic"):
        model = open_model(name)
        export_onnx(name, tmp_path / "model.onnx", force=True)
        text = TEXT[:300]
        inputs = model_inputs(text, model.vocabulary, model.features)
        expected = np.asarray(model(inputs if model.features else inputs["characters"]))
        assert np.abs(logits_of(tmp_path / "model.onnx", model, text, chunk) - expected).max() < 1e-5, name


def test_the_scripts_of_the_guide_write_tunes_without_folkkeras(plain: Path, tmp_path: Path) -> None:
    export_onnx(plain, tmp_path / "plain.onnx")
    export_onnx("celtic", tmp_path / "celtic.onnx")
    scripts = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        (tmp_path / "script.py").write_text(script + "import sys\nassert 'folkkeras' not in sys.modules\n")
        done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("\nX:1\n")
        assert len(done.stdout) > 300
    assert "\nK:" in done.stdout  # by celtic
    assert f"batch, characters, {COUNT} |" in GUIDE


def test_files_are_not_overwritten(folk: Folk, tmp_path: Path) -> None:
    assert folk("export", "celtic").stderr.strip() == "wrote celtic.onnx and celtic_features.py"
    fails(folk("export", "celtic"), 1, "celtic.onnx already exists", "--force")
    assert folk("export", "celtic", "--force").returncode == 0
    fails(folk("export", "celtic", "--to", "pickle"), 2, "'pickle'", "onnx")
    fails(folk("export", "celtic", "--out", "-"), 2, "--out - is not a file name")
    assert folk("export", "celtic", "--out", "models/").stderr.strip() == (
        "wrote models/celtic.onnx and models/celtic_features.py"
    )
    (tmp_path / "celtic.onnx").unlink()
    with pytest.raises(OutputError, match="features"):
        export_onnx("celtic", tmp_path / "celtic.onnx")
    assert not (tmp_path / "celtic.onnx").exists()
