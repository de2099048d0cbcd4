"""The TensorBoard dashboard, queried over HTTP."""

import io
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import soundfile
import tensorflow as tf
from support.dashboard import ask, tensorboard_of, wait_for
from support.terminal import FOLK
from support.trained import QUICK, TrainedRun
from support.tunes import TUNES
from tensorboard.backend.event_processing import event_accumulator

from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import Corpus
from folkkeras.evaluation.form import form_figures
from folkkeras.music.reading import read_tune
from folkkeras.runs.folder import create_run
from folkkeras.training.tensorboard.log import FINAL
from folkkeras.training.tensorboard.media import Media
from folkkeras.training.tensorboard.tune_scalars import Figures
from folkkeras.training.throttle import MAX_FRACTION, Throttle
from folkkeras.training.train import train


class Killed(Exception):
    """Ends a training as a kill would: without a checkpoint."""


def killed_at(step: int):
    def stop() -> bool:
        stop.calls += 1
        if stop.calls >= step:
            raise Killed
        return False

    stop.calls = 0
    return stop


@pytest.fixture(scope="module")
def dashboard(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two runs, the second stopped at step 150 without a save and resumed from step 100."""
    runs = tmp_path_factory.mktemp("dashboard")
    config = TrainingConfig(steps=200, **QUICK)
    train(create_run(runs, "through", corpus, config), corpus)
    resumed = create_run(runs, "resumed", corpus, config)
    with pytest.raises(Killed):
        train(resumed, corpus, stop=killed_at(150))
    time.sleep(1.1)  # event files are named by the second
    train(resumed, corpus)
    with tensorboard_of(runs) as address:
        yield address


@pytest.mark.parametrize("run", ["through", "resumed"])
def test_loss_learning_rate_and_validation_bits_share_a_step_axis(dashboard: str, run: str) -> None:
    def points(tag: str) -> list[int]:
        path = f"data/plugin/scalars/scalars?run={quote(run, safe='')}&tag={quote(tag, safe='')}"
        return [step for _, step, _ in ask(dashboard, path)]

    wait_for(dashboard, "data/plugin/scalars/tags", lambda tags: len(tags) == 2)
    end = time.monotonic() + 30
    while points("loss")[-1:] != [200] and time.monotonic() < end:
        time.sleep(0.5)
    assert points("loss") == list(range(1, 201))
    assert points("learning_rate") == list(range(1, 201))
    for name in ("training", "validation"):
        assert points(f"bits per character/{name}") == [100, 200]


def test_each_interval_shows_a_tune(dashboard: str) -> None:
    path = f"data/plugin/text/text?run=resumed&tag={quote('generated tune')}"
    wait_for(dashboard, "data/plugin/text/tags", lambda tags: len(tags) == 2)
    tunes = wait_for(dashboard, path, lambda tunes: len(tunes) >= 2)
    assert [tune["step"] for tune in tunes] == [100, 200]
    assert "X:1" in tunes[-1]["text"]


def test_completeness_form_and_novelty_of_tunes_are_logged(dashboard: str) -> None:
    tags = ("complete", "parts of 8 or 16 bars", "repeated bars", "new 8-note passages")

    def all_there(found: Any) -> bool:
        return {f"new tunes/{tag}" for tag in tags} <= set(found.get("resumed", ()))

    wait_for(dashboard, "data/plugin/scalars/tags", all_there)
    for tag in tags:
        run = quote("resumed", safe="")
        path = f"data/plugin/scalars/scalars?run={run}&tag={quote('new tunes/' + tag, safe='')}"
        points = ask(dashboard, path)
        assert points[0][1] == 100
        assert all(0 <= value <= 1 for _, _, value in points)


def test_extra_work_is_due_only_while_it_takes_a_small_fraction_of_time() -> None:
    now = 0.0
    throttle = Throttle(lambda: now)
    assert throttle.due
    with throttle.timed():
        now += 3.0
    assert not throttle.due
    now += 0.99 * 3.0 / MAX_FRACTION
    assert not throttle.due
    now += 0.02 * 3.0 / MAX_FRACTION
    assert throttle.due


def test_a_score_and_a_sound_are_logged_for_a_tune_with_notes(tmp_path: Path) -> None:
    writer = tf.summary.create_file_writer(str(tmp_path))
    media = Media()
    with writer.as_default(step=100):
        media.write("X:1\nT:Nothing\nK:D\n")
        media.write("X:1\nT:A\nM:4/4\nL:1/8\nK:D\nABcd efga|]\n")
    media.close()
    writer.close()
    accumulator = event_accumulator.EventAccumulator(str(tmp_path), {"tensors": 0})
    accumulator.Reload()
    found = {tag: accumulator.Tensors(tag) for tag in accumulator.Tags()["tensors"]}
    assert {tag: [event.step for event in events] for tag, events in found.items()} == {"score": [100], "sound": [100]}
    wave, rate = soundfile.read(io.BytesIO(tf.make_ndarray(found["sound"][0].tensor_proto)[0, 0]))
    assert rate == 16_000
    assert abs(wave).max() > 0.3
    assert tf.make_ndarray(found["score"][0].tensor_proto)[2].startswith(b"\x89PNG")


def test_hyperparameters_and_final_bits_are_logged(dashboard: str) -> None:
    found = ask(dashboard, "data/plugin/hparams/experiment", {})
    assert {"units", "learning_rate", "corpus", "seed"} <= {each["name"] for each in found["hparamInfos"]}
    assert FINAL in {each["name"]["tag"] for each in found["metricInfos"]}


def test_an_unknown_host_is_reported_in_one_line(trained: TrainedRun) -> None:
    done = subprocess.run(
        [FOLK, "tensorboard", "--runs", trained.runs, "--host", "nowhere.invalid"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot listen on nowhere.invalid")
    assert len(done.stderr.splitlines()) == 1


def test_a_port_in_use_is_reported_in_one_line(dashboard: str, trained: TrainedRun) -> None:
    port = dashboard.rstrip("/").rsplit(":", 1)[1]
    done = subprocess.run(
        [FOLK, "tensorboard", "--runs", trained.runs, "--port", port], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot listen on")
    assert len(done.stderr.splitlines()) == 1


def test_the_figures_of_tunes_are_those_of_an_evaluation(tmp_path: Path) -> None:
    writer = tf.summary.create_file_writer(str(tmp_path))
    figures = Figures(TUNES[:100])
    with writer.as_default(step=100):
        figures.write(TUNES[100:116])
    with writer.as_default(step=200):
        figures.write(["X:1\nT:Nothing\n"])
    writer.close()
    accumulator = event_accumulator.EventAccumulator(str(tmp_path), {"tensors": 0})
    accumulator.Reload()
    found = {
        tag.removeprefix("new tunes/"): {each.step: float(tf.make_ndarray(each.tensor_proto)) for each in events}
        for tag in accumulator.Tags()["tensors"]
        if (events := accumulator.Tensors(tag))
    }
    form = form_figures([read_tune(text) for text in TUNES[100:116]])
    assert found["parts of 8 or 16 bars"] == {100: pytest.approx(form.usual_parts)}  # nothing for a tune without notes
    assert found["last note is the tonic"] == {100: pytest.approx(form.on_tonic)}
    assert found["repeated bars"] == {100: pytest.approx(form.repeated_bars)}
    assert found["complete"].keys() == found["longest shared passage"].keys() == {100, 200}
    assert found["complete"][200] == 0
