"""The installed `folk` as a process: what it prints, where, and how it ends."""

import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from support.terminal import FOLK, Folk, fails
from support.trained import TrainedRun

from folkkeras.corpus.corpus import Corpus
from folkkeras.model.saving import open_model
from folkkeras.notation.tunes import split_tunes
from folkkeras.runs.folder import open_run

SMALLEST = [  # a training of a step
    *("--steps", "1", "--embedding", "8", "--units", "8", "--batch-size", "2", "--seq-length", "10"),
    *("--features", "none"),
]


def test_sample_prints_only_text_and_the_same_seed_gives_the_same_text(folk: Folk, trained: TrainedRun) -> None:
    words = ["sample", "--length", 100, "--seed", 5, "--runs", trained.runs]
    first, again = folk(*words), folk(*words)
    assert first.stdout == again.stdout
    assert first.stderr.startswith("using run small")
    assert first.stderr.count("\n") == 1
    assert first.stdout.startswith("X:1")
    assert len(first.stdout.removesuffix("\n")) in (102, 103)


def test_tunes_are_numbered_and_their_file_is_not_overwritten(folk: Folk, trained: TrainedRun, tmp_path: Path) -> None:
    words = ["sample", "small", "--tunes", 3, "--seed", 2, "--runs", trained.runs]
    done = folk(*words, "--out", "tunes.abc")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "wrote tunes.abc\n")
    text = (tmp_path / "tunes.abc").read_text()
    assert [tune.split("\n", 1)[0] for tune in split_tunes(text)[1]] == ["X:1", "X:2", "X:3"]
    fails(folk(*words, "--out", "tunes.abc"), 1, "tunes.abc", "--force")
    assert folk(*words, "--out", "tunes.abc", "--force").returncode == 0
    assert (tmp_path / "tunes.abc").read_text() == text
    assert re.sub(r"^%folkkeras .*\n", "", text, flags=re.MULTILINE) == folk(*words).stdout


def test_a_random_seed_is_reported(folk: Folk, trained: TrainedRun) -> None:
    done = folk("sample", trained.run.best, "--length", 50)
    seed = re.search(r"--seed (\d+)", done.stderr)[1]
    assert folk("sample", trained.run.best, "--length", 50, "--seed", seed).stdout == done.stdout


def test_a_reader_that_closes_the_pipe_ends_sample_quietly(trained: TrainedRun) -> None:
    command = f"'{FOLK}' sample '{trained.run.best}' --length 200000 --seed 1 | head -c 10"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=120)
    assert len(done.stdout) == 10
    assert done.stderr == ""


def test_runs_are_listed_and_shown_with_the_command_that_repeats_them(folk: Folk, trained: TrainedRun) -> None:
    listed = folk("runs", "--runs", trained.runs).stdout
    assert re.search(r"small +\S+sixty\.abc +300/300 +\d\.\d{3} ", listed)
    shown = folk("runs", "--runs", trained.runs, "show", "small").stdout
    assert f"folk train {trained.corpus.sources[0]} --steps 300 --batch-size 8 --seq-length 40" in shown
    assert shown.count("\n") > 10


def test_the_same_seed_gives_the_same_model_and_runs_are_compared(
    folk: Folk, trained: TrainedRun, tune_file: Path, tmp_path: Path
) -> None:
    small = ["--embedding", 8, "--units", 12, "--batch-size", 4, "--seq-length", 20, "--steps", 100,
             "--features", "none"]  # fmt: skip
    for name in ("a", "b"):
        assert folk("train", tune_file, *small, "--name", name, "--seed", 1).returncode == 0
    shutil.copytree(trained.run.folder, tmp_path / "runs" / "c")
    same = folk("runs", "compare", "a", "b").stdout
    assert "all options and versions are the same" in same
    assert "their last models are the same, bit for bit" in same
    other = folk("runs", "compare", "a", "c").stdout
    assert re.search(r"^seed +1 +0$", other, re.MULTILINE)
    assert re.search(r"^100 +\d\.\d{3} +\d\.\d{3}$", other, re.MULTILINE)
    assert "their last models differ" in other
    config = json.loads((tmp_path / "runs" / "a" / "config.json").read_text())
    assert config["command"][:3] == ["folk", "train", str(tune_file)]
    assert config["versions"]["tensorflow"] == metadata.version("tensorflow")
    shown = folk("runs", "show", "a").stdout
    assert f"command  folk train {tune_file} --embedding 8" in shown
    fails(folk("runs", "compare", "a", "d"), 1, "no run 'd'")


def test_a_terminal_gets_no_control_characters_from_a_file(tmp_path: Path) -> None:
    stranger = r"a\x1b]0;mine\x07b\x9b31m"
    script = f"from folkkeras_cli.console import say, write; write('{stranger}\\n'); say('{stranger}')"
    for words in ([FOLK, "check", "no\x1b]0;mine\x07.abc"], [sys.executable, "-c", script]):
        master, terminal = pty.openpty()
        subprocess.run([*map(str, words)], cwd=tmp_path, stdout=terminal, stderr=terminal, timeout=120)
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # on Linux, this means that the other end is closed
            while piece := os.read(master, 65_536):
                shown += piece
        os.close(master)
        assert b"mine" in shown
        assert not {b"\x1b]", b"\x07", "\x9b".encode()} & {
            shown[at : at + size] for at in range(len(shown)) for size in (1, 2)
        }
    piped = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120)
    assert piped.stdout.decode() == "a\x1b]0;mine\x07b\x9b31m\n"  # a pipe gets the text unchanged


def test_standard_input_trains_and_resumes_without_it(folk: Folk, tune_file: Path, tmp_path: Path) -> None:
    small = ["--embedding", "8", "--units", "12", "--batch-size", "4", "--seq-length", "20", "--features", "none",
             "--name", "a"]  # fmt: skip
    done = folk("train", "-", "--steps", 100, *small, "--schedule", "constant", stdin=tune_file.read_text())
    assert done.returncode == 0, done.stderr
    assert folk("resume", "a", "--steps", 200).returncode == 0
    assert "200/200" in folk("runs").stdout
    shown = folk("runs", "show", "a").stdout
    repeat = re.search(r"^repeat   (folk train - .* < \S+)$", shown, re.MULTILINE)[1]
    again = subprocess.run(
        ["sh", "-c", f"'{FOLK.parent}'/{repeat} --runs again"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert again.returncode == 0, again.stderr
    assert "at step 100 `folk resume a --steps 200`" in shown
    assert (
        open_model(tmp_path / "runs" / "a" / "checkpoints" / "step-000100.keras").get_weights()[0].tobytes()
        == open_model(tmp_path / "again" / "stdin-1" / "last.keras").get_weights()[0].tobytes()
    )


def test_sample_uses_the_latest_run_with_a_model_or_a_named_folder(folk: Folk, trained: TrainedRun) -> None:
    unfinished = trained.runs / "unfinished"
    unfinished.mkdir()
    try:
        (unfinished / "config.json").write_bytes((trained.run.folder / "config.json").read_bytes())
        for words in ([], [trained.run.folder]):
            done = folk("sample", *words, "--length", 5, "--seed", 1, "--runs", trained.runs)
            assert (done.returncode, len(done.stdout)) == (0, len("X:1") + 5 + 1)
        fails(folk("sample", "unfinished", "--runs", trained.runs), 1, "no model yet", "celtic")
    finally:
        shutil.rmtree(unfinished)


def test_a_run_may_have_the_name_of_a_folder_beside_it(folk: Folk, trained: TrainedRun, tmp_path: Path) -> None:
    (tmp_path / trained.run.name).mkdir()
    done = folk("sample", trained.run.name, "--length", 5, "--seed", 1, "--runs", trained.runs)
    assert (done.returncode, len(done.stdout)) == (0, len("X:1") + 5 + 1), done.stderr


def test_sample_uses_celtic_while_no_run_has_a_model(folk: Folk, trained: TrainedRun, tmp_path: Path) -> None:
    unfinished = tmp_path / "runs" / "unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "config.json").write_bytes((trained.run.folder / "config.json").read_bytes())
    done = folk("sample", "--length", 5, "--seed", 1)
    assert done.stderr.startswith("no run has a model yet: using celtic")
    assert len(done.stdout) == len("X:1") + 5 + 1


def test_a_start_text_may_contain_line_ends_in_any_shell(folk: Folk, trained: TrainedRun) -> None:
    done = folk("sample", "small", "--runs", trained.runs, "--start", r"X:1\nT:A", "--length", 5, "--seed", 1)
    assert done.stdout.startswith("X:1\nT:A")


def test_an_option_takes_precedence_over_a_preset(folk: Folk, tune_file: Path, tmp_path: Path) -> None:
    done = folk("train", tune_file, "--preset", "lab", "--no-raw", *SMALLEST, "--name", "a")
    assert done.returncode == 0, done.stderr
    config = open_run(tmp_path / "runs", "a").config
    assert (config.raw, config.units, config.patience) == (False, 8, 0)


def test_a_run_gets_a_name_and_the_environment_sets_its_folder(folk: Folk, tune_file: Path, tmp_path: Path) -> None:
    words = [
        "train",
        tune_file,
        *SMALLEST,
    ]
    (tmp_path / "elsewhere" / "sixty-1").mkdir(parents=True)
    done = folk(*words, env={"FOLK_RUNS": "elsewhere"})
    assert done.returncode == 0, done.stderr
    assert "step     1/1  training " in done.stderr
    assert done.stdout == ""
    assert {path.name for path in (tmp_path / "elsewhere").iterdir()} == {"sixty-1", "sixty-2"}


def test_corpus_is_listed_measured_and_exported(folk: Folk, corpus: Corpus, tune_file: Path, tmp_path: Path) -> None:
    assert all(name in folk("corpus", "list").stdout for name in ("oneills", "ryans", "airds", "essen", "irish"))
    stats = folk("corpus", "stats", tune_file).stdout
    assert f"{len(corpus.training)} for training, {len(corpus.held_out)} held out" in stats
    assert folk("corpus", "export", tune_file, "--out", "out").returncode == 0
    for name, expected in (("training", corpus.training_text), ("held-out", corpus.held_out_text)):
        text = (tmp_path / "out" / f"{name}.abc").read_text()
        numbers = re.findall(r"^X:(.*)", text, re.MULTILINE)
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
        assert re.sub(r"^X:.*", "X:1", text, flags=re.MULTILINE) == expected
    fails(folk("corpus", "export", tune_file, "--out", "out"), 1, "training.abc", "--force")


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("empty.abc", b"", "empty"),
        ("binary.abc", bytes(range(256)), "binary"),
        ("page.abc", b"<!DOCTYPE html><p>X:1", "web page"),
        ("tune.mid", b"MThd\0\0\0\6", "MIDI"),
        ("prose.abc", b"There are no tunes here.\n", "no tune"),
        ("one.abc", b"X:1\nK:D\nabc|\n", "1 tune"),
        ("short.abc", b"X:1\nK:D\nabc|\n\nX:2\nK:D\ngfe|\n", "--seq-length"),
    ],
)
def test_a_bad_corpus_is_reported_in_one_line(folk: Folk, tmp_path: Path, name: str, data: bytes, word: str) -> None:
    (tmp_path / name).write_bytes(data)
    fails(folk("train", name), 1, word)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("train nowhere.abc", 1, "nowhere.abc"),
        (f"train {'a' * 300}", 1, "no corpus"),
        ("train --steps 0", 2, "--steps 0"),
        ("train --units -1", 2, "--units -1"),
        ("train --units many", 2, "--units"),
        ("train --units 65537", 2, "--units 65537"),
        ("train --batch-size 100000000", 2, "--batch-size 100000000"),
        ("train --batch-size 0", 2, "--batch-size 0"),
        ("train --keep 0", 2, "--keep 0"),
        ("train --validation-split 0", 2, "--validation-split 0"),
        ("train --validation-split nan", 2, "--validation-split nan"),
        ("train --dropout 1", 2, "--dropout 1"),
        ("train --learning-rate 0", 2, "--learning-rate 0"),
        ("train --learning-rate nan", 2, "--learning-rate nan"),
        ("train --schedule square", 2, "square"),
        ("train --preset best", 2, "best"),
        ("train ryans --name ../a", 2, "../a"),
        ("train ryans --name .hidden", 2, ".hidden"),
        (f"train ryans --steps {10**20}", 2, "--steps"),
        ("train --no-such-option", 2, "--no-such-option"),
        ("resume", 1, "no runs"),
        ("resume a", 1, "no run 'a'"),
        ("runs show a", 1, "no run 'a'"),
        ("sample a", 1, "no model 'a'"),
        ("sample a.keras", 1, "a.keras"),
        (f"sample {'a' * 300}", 2, "not a run's name"),
        (f"sample {'a' * 300}.keras", 1, "no model file"),
        ("sample --length 0", 2, "--length 0"),
        ("sample --tunes 0", 2, "--tunes 0"),
        ("sample --tunes 1 --length 1", 2, "cannot be combined"),
        ("sample --seed -1", 2, "--seed -1"),
        ("sample --out nowhere/a.abc", 1, "nowhere"),
        ("sample --out .", 1, "not a file name"),
        ("sample --out -", 1, "not a file name"),
        ("tensorboard", 1, "no folder runs"),
        ("corpus stats nowhere", 1, "nowhere"),
        ("dance", 2, "dance"),
    ],
)
def test_wrong_usage_is_reported_in_one_line(folk: Folk, words: str, code: int, said: str) -> None:
    fails(folk(*words.split()), code, said)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("--temperature -1", 2, "--temperature -1"),
        ("--temperature nan", 2, "--temperature nan"),
        ("--top-p 0", 2, "--top-p 0"),
        ("--top-p 1.5", 2, "--top-p 1.5"),
        ("--top-k -3", 2, "--top-k -3"),
        ("--start X:1é☃", 2, "'é', '☃'"),
    ],
)
def test_bad_sampling_options_are_reported_in_one_line(
    folk: Folk, trained: TrainedRun, words: str, code: int, said: str
) -> None:
    fails(folk("sample", trained.run.best, *words.split()), code, said)


def test_a_corrupted_model_is_reported_in_one_line(folk: Folk, trained: TrainedRun, tmp_path: Path) -> None:
    (tmp_path / "cut.keras").write_bytes(trained.run.best.read_bytes()[:2_000])
    fails(folk("sample", "cut.keras"), 1, "cut.keras", "damaged")


def test_an_existing_run_is_not_overwritten(folk: Folk, trained: TrainedRun, tune_file: Path) -> None:
    before = (trained.run.folder / "config.json").read_bytes()
    fails(folk("train", tune_file, "--name", "small", "--runs", trained.runs), 1, "small", "resume")
    assert (trained.run.folder / "config.json").read_bytes() == before


def test_a_corpus_that_has_changed_is_not_resumed(folk: Folk, tune_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.abc"
    copy.write_text(tune_file.read_text())
    small = [*SMALLEST, "--name", "a"]
    assert folk("train", copy, *small).returncode == 0
    copy.write_text(tune_file.read_text() + "\nX:99\nK:D\nabcdef|\n")
    done = folk("resume", "a", "--steps", 5)
    assert done.returncode == 1
    assert "has changed" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_steps_may_only_be_raised(folk: Folk, trained: TrainedRun) -> None:
    fails(folk("resume", "small", "--steps", 100, "--runs", trained.runs), 2, "--steps 100")


def test_a_folder_that_cannot_be_written_is_reported_in_one_line(folk: Folk, tune_file: Path, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    fails(folk("train", tune_file), 1, "runs")


@pytest.mark.parametrize("words", ["sample MODEL --length 10", "runs --runs RUNS", "corpus list"])
def test_a_full_disk_under_standard_output_is_reported_in_one_line(trained: TrainedRun, words: str) -> None:
    words = words.replace("MODEL", str(trained.run.best)).replace("RUNS", str(trained.runs))
    with open("/dev/full", "w") as full:
        done = subprocess.run([FOLK, *words.split()], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr == "error: cannot write to standard output: No space left on device\n"


def test_a_model_that_is_too_large_is_reported_in_one_line(folk: Folk, tune_file: Path) -> None:
    done = folk("train", tune_file, "--units", 65_536, "--embedding", 65_536)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: out of memory: give a smaller --units")
    assert "Traceback" not in done.stderr


def test_a_missing_network_for_irish_is_reported_in_one_line(folk: Folk, tmp_path: Path) -> None:
    closed = "http://127.0.0.1:9"
    env = {"https_proxy": closed, "HTTPS_PROXY": closed, "FOLKKERAS_CACHE": str(tmp_path / "keras")}
    done = folk("train", "irish", env=env)
    assert done.returncode == 1
    assert "cannot download https://" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_tensorflow_is_silent_unless_it_fails(folk: Folk, trained: TrainedRun, tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "tensorflow"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("import os\nos.write(2, b'native words')\nraise ImportError('no such library')")
    done = folk("evaluate", trained.run.best, env={"PYTHONPATH": str(broken.parent)})
    assert done.returncode == 1
    assert "native words" in done.stderr
    assert "no such library" in done.stderr


def test_tensorflow_starts_without_modules_that_stay_importable() -> None:
    script = """
import sys
from folkkeras_cli.tensorflow_startup import start_tensorflow
start_tensorflow()
print(sorted({"matplotlib", "chardet", "keras"} & set(sys.modules)))
import chardet, matplotlib
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("['keras']\n", "", 0)


@pytest.mark.parametrize("out", ["tunes.abc", "tunes/"])
def test_ctrl_c_saves_the_tunes_that_are_complete(out: str, tmp_path: Path) -> None:
    # The process signals itself at the third tune: a signal after a fixed time might come before the first one.
    code = (
        "import os, signal\n"
        "from folkkeras.sampling import scheduler\n"
        "made = scheduler.SampledTune.__init__\n"
        "def counted(self, number, *rest):\n"
        "    made(self, number, *rest)\n"
        "    if number == 3: os.kill(os.getpid(), signal.SIGINT)\n"
        "scheduler.SampledTune.__init__ = counted\n"
        "from folkkeras_cli.main import main\nmain()\n"
    )
    words = ["sample", "celtic", "--tunes", "900", "--seed", "1", "--complete", "--out", out]
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 130, done.stderr
    found = re.search(r"interrupted after (\d+) of 900 tunes", done.stderr)
    assert found, done.stderr
    # Files of a folder are whole, so the tunes of one that is not go to standard output.
    text = done.stdout if out.endswith("/") else (tmp_path / out).read_text()
    assert len(split_tunes(text)[1]) == int(found[1]) > 0
