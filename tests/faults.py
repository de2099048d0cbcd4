"""Inject faults into real trainings and real files, and check what survives.

    make faults KILLS=50

prints a Markdown table of the faults and their outcomes; exits with 1 if anything was lost. The tests use some
of the faults too. A small disk is a tmpfs, which needs root; without root, that fault raises FolkError.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.corruption import broken_files
from support.fault_injection import SIZES, STEPS, Lost, contents, require, same
from support.terminal import Terminal

from folkkeras.corpus.sources import read_source

terminal = Terminal(forks=False)  # tests set one that forks
_CHECKPOINTS = [f"checkpoints/step-{step:06}.keras" for step in range(100, STEPS + 1, 100)]


def folk(*words: object, cwd: Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run `folk`, and require that it prints no traceback."""
    process = terminal.start(*words, cwd=cwd)
    out, error = process.communicate(timeout=600)
    command = " ".join(map(str, words))
    require("Traceback" not in error, f"folk {command}: {error}")
    require(code is None or process.returncode == code, f"folk {command}: exit {process.returncode}: {error}")
    return subprocess.CompletedProcess(words, process.returncode, out, error)


def undisturbed(corpus: Path, folder: Path) -> Path:
    """The uninterrupted run that all others are compared with."""
    run = folder / "runs" / "complete"
    if not run.exists():
        folk("train", corpus, "--steps", STEPS, "--name", run.name, *SIZES, cwd=folder)
    return run


def kills(corpus: Path, folder: Path, count: int, chance: random.Random) -> str:
    """Kill trainings with signal 9; every checkpoint must equal that of an uninterrupted training."""
    reference = undisturbed(corpus, folder)
    done = early = runs = redone_most = 0
    while done < count:
        runs += 1
        run = folder / "runs" / f"killed-{runs}"
        words: list[object] = ["train", corpus, "--steps", STEPS, "--name", run.name, *SIZES]
        while not (run / "result.json").exists():
            before = steps_done(run)
            if done < count:
                alive = _kill(words, folder, run, reference, chance)
                done += alive and steps_done(run) > 0
                early += alive and not steps_done(run)
                _check_files(run, reference)
                redone_most = max(redone_most, _last_logged_step(run) - steps_done(run))
                require(redone_most <= 100, f"{run}: {redone_most} steps are to be done again")
            else:
                folk(*words, cwd=folder)
            require(steps_done(run) >= before, f"{run}: it has fallen from step {before} to {steps_done(run)}")
            words = ["resume", run.name] if (run / "config.json").exists() else words
            if not (run / "config.json").exists():
                shutil.rmtree(run, ignore_errors=True)  # killed before the run was created
        _check_files(run, reference)
        for name in ("best.keras", "last.keras"):
            require(same(run / name, reference / name), f"{run / name} differs")
        require(not list(run.rglob(".unfinished*")), f"{run}: a half-written file is left")
    return (
        f"{done} of {done} resumes identical, in {runs} trainings: every checkpoint and both models bit for bit; "
        f"{redone_most} steps redone at most; {early} more were killed before their first checkpoint, and began anew"
    )


def steps_done(run: Path) -> int:
    return max((int(path.stem[5:]) for path in (run / "checkpoints").glob("step-*.keras")), default=0)


def _last_logged_step(run: Path) -> int:
    """The last step in TensorBoard's log."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    return max(
        (event.step for path in run.glob("events.out.*") for event in EventFileLoader(str(path)).Load()), default=0
    )


def _kill(words: list[object], folder: Path, run: Path, reference: Path, chance: random.Random) -> bool:
    """Start a training, kill it, and return whether it was still running.

    One in five is killed while it starts. The others are killed at a random moment after a random checkpoint, or before
    the first; half of them at the next save, if it comes earlier. Machines differ, so the pace of the reference says
    how far apart checkpoints are.
    """
    began = time.time()
    process = terminal.start(*words, cwd=folder)
    if chance.random() < 0.2:
        end = time.monotonic() + chance.uniform(0, 4)
    else:
        written = [(reference / name).stat().st_mtime for name in ("config.json", *_CHECKPOINTS)]
        place = chance.randrange(len(_CHECKPOINTS))  # 0 is before the first
        while process.poll() is None and not (_has_written(run, began) and steps_done(run) >= 100 * place):
            time.sleep(0.02)
        end = time.monotonic() + chance.uniform(0, written[place + 1] - written[place])
    at_a_save = chance.random() < 0.5
    while process.poll() is None and time.monotonic() < end:
        if at_a_save and any(run.rglob(".unfinished*")):
            break
        time.sleep(0.001 if at_a_save else 0.02)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return alive


def _has_written(run: Path, since: float) -> bool:
    """Whether a training has written to TensorBoard's log, which it does when it begins."""
    return any(path.stat().st_mtime > since for path in run.glob("events.out.*"))


def _check_files(run: Path, reference: Path) -> None:
    """Check that the checkpoints equal those of the uninterrupted run, and that the models can be read."""
    for path in (run / "checkpoints").glob("step-*00.keras"):
        require(same(path, reference / "checkpoints" / path.name), f"{path} differs")
    for name in ("best.keras", "last.keras"):
        if (run / name).exists():
            contents(run / name)


@contextmanager
def small_disk(kilobytes: int) -> Iterator[Path]:
    """A separate file system of this size."""
    place = Path(tempfile.mkdtemp())
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", place], capture_output=True, text=True
    )
    if mount.returncode:
        place.rmdir()
        raise Lost(f"no small disk, which needs root: {mount.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)
        place.rmdir()


def require_refusal(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Require that the command failed with exit code 1 and a last line that gives the reason."""
    last = done.stderr.strip().splitlines()[-1:] or [""]
    require(done.returncode == 1 and last[0].startswith("error: "), f"{done.args}: {done.returncode} {done.stderr}")
    require(any(word in last[0] for word in words), f"{done.args}: {last[0]}")


def outputs(tunes: Path, run: str, runs: Path, place: Path) -> dict[str, list[object]]:
    """A command for each type of file that `folk` writes, into `place`."""
    from_run: list[object] = [run, "--runs", runs]
    return {
        "tunes.abc": ["sample", *from_run, "--tunes", 3, "--seed", 1, "--out", place / "tunes.abc"],
        "tunes.html": ["sample", *from_run, "--tunes", 1, "--seed", 1, "--out", place / "tunes.html"],
        "shards": ["sample", *from_run, "--tunes", 2_000, "--seed", 1, "--out", f"{place / 'shards'}/"],
        "tunes.mid": ["render", tunes, "--to", "mid", "--out", place / "midi"],
        "tune.wav": ["render", tunes, "--to", "wav", "--out", place / "sound"],
        "tune.svg": ["render", tunes, "--to", "svg", "--out", place / "scores"],
        "report.html": ["evaluate", *from_run, "--tunes", 5, "--out", place / "report.html"],
        "report.png": ["evaluate", *from_run, "--tunes", 5, "--out", place / "report.png"],
        "corpus": ["corpus", "export", tunes, "--out", place / "corpus"],
    }


def full_disk(corpus: Path, folder: Path, tunes: Path) -> str:
    """Every type of write to a disk that is full or fills up; with room again, the training continues."""
    runs = undisturbed(corpus, folder).parent
    tried = 0
    for name in outputs(tunes, "complete", runs, folder):
        with small_disk(4) as place:
            (place / "filler").write_bytes(bytes(4_096))
            words = outputs(tunes, "complete", runs, place)[name]
            require_refusal(folk(*words, cwd=folder, code=None), "No space left", "cannot write")
            rest = {path.name for path in place.rglob("*") if path.is_file()} - {"filler", ".lock"}
            require(not rest, f"{name}: half-written {rest}")
            tried += 1
    for free in (0, 4, 16, 64, 100, 150, 220, 300, 400, 500):  # kilobytes for a training that needs more
        with small_disk(20_000) as place:
            filler = place / "filler"
            filler.write_bytes(bytes(1_024 * (20_000 - free)))
            words = ["train", corpus, "--steps", STEPS, "--runs", place, "--name", "a", *SIZES]
            require_refusal(folk(*words, cwd=folder, code=None), "No space left", "cannot write", "refuses")
            filler.unlink()
            if (place / "a" / "config.json").exists():
                folk("resume", "a", "--runs", place, cwd=folder)
            else:
                shutil.rmtree(place / "a", ignore_errors=True)
                folk(*words, cwd=folder)
            require(same(place / "a" / "last.keras", runs / "complete" / "last.keras"), f"with {free} kB it went wrong")
            tried += 1
    return f"{tried} of {tried} told in one line, nothing half written; with room again, the same models bit for bit"


def read_only(corpus: Path, folder: Path, tunes: Path) -> str:
    """Every type of write to a read-only folder."""
    runs = undisturbed(corpus, folder).parent
    with small_disk(1_000) as place:
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        commands = [*outputs(tunes, "complete", runs, place).values()]
        commands.append(["train", corpus, "--runs", place, *SIZES])
        for words in commands:
            require_refusal(folk(*words, cwd=folder, code=None), "Read-only")
    return f"{len(commands)} of {len(commands)} told in one line"


def clock_set_back(corpus: Path, folder: Path) -> str:
    """A run whose files are dated tomorrow continues today, and TensorBoard shows each of its steps once."""
    run = _half_trained(corpus, folder, "tomorrow")
    later = time.time() + 86_400
    for path in run.rglob("*"):
        os.utime(path, (later, later))
    for path in run.glob("events.out.*"):  # TensorFlow names and orders its files by the clock
        parts = path.name.split(".")
        parts[3] = str(int(parts[3]) + 86_400)
        path.rename(path.with_name(".".join(parts)))
    folk("resume", run.name, cwd=folder)
    _check_files(run, folder / "runs" / "complete")
    _all_steps(run)
    return "the same models bit for bit, each step once in TensorBoard"


def _all_steps(run: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    steps = [event.step for event in EventAccumulator(str(run), {"tensors": 0}).Reload().Tensors("loss")]
    require(
        steps == list(range(1, STEPS + 1)), f"{run}: TensorBoard has {len(steps)} steps, {steps[:3]} to {steps[-3:]}"
    )


def _half_trained(corpus: Path, folder: Path, name: str) -> Path:
    undisturbed(corpus, folder)
    run = folder / "runs" / name
    words = ["train", corpus, "--steps", STEPS, "--name", name, *SIZES]
    process = terminal.start(*words, cwd=folder)
    while process.poll() is None and steps_done(run) < STEPS // 2:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    process.wait()
    require(process.returncode == 143, f"{run}: exit {process.returncode}")
    return run


def moved(corpus: Path, folder: Path) -> str:
    """A run's folder is moved between stop and resume."""
    run = _half_trained(corpus, folder, "moved")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    shutil.move(run, elsewhere / "renamed")
    folk("resume", "renamed", "--runs", elsewhere, cwd=folder)
    require(same(elsewhere / "renamed" / "last.keras", folder / "runs" / "complete" / "last.keras"), "it went wrong")
    return "the same models bit for bit"


def two_at_once(corpus: Path, folder: Path) -> str:
    """A second `folk` starts on a run that is being trained; the first is then killed and leaves no lock."""
    words = ["train", corpus, "--steps", 100_000, "--name", "busy", *SIZES]
    process = terminal.start(*words, cwd=folder)
    while process.poll() is None and steps_done(folder / "runs" / "busy") < 100:
        time.sleep(0.02)
    require_refusal(folk("resume", "busy", cwd=folder, code=None), "is being trained by another process")
    process.kill()
    process.wait()
    require(folk("resume", "busy", "--steps", 10, cwd=folder, code=2).returncode == 2, "a lock is left")
    return "the second is told; a killed first one leaves no lock"


def main() -> None:
    """Read the command line, inject the faults, print the table."""
    parser = argparse.ArgumentParser(description="Hurt real trainings and files, and see what is left.")
    parser.add_argument("kills", type=int, nargs="?", default=50)
    parser.add_argument("--broken", type=int, default=1_000, help="cut or flipped checkpoints")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="a word of the fault to try")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        corpus, tunes = folder / "sixty.abc", folder / "three.abc"
        texts = read_source("ryans").tunes[:60]
        corpus.write_text("".join(texts))
        tunes.write_text("".join(texts[:3]))
        faults: dict[str, Callable[[], str]] = {
            "killed (signal 9) at random moments, half of them in a save": lambda: kills(
                corpus, folder, arguments.kills, chance
            ),
            "the disk full, for each kind of file and at ten points of a training": lambda: full_disk(
                corpus, folder, tunes
            ),
            "a folder that may only be read": lambda: read_only(corpus, folder, tunes),
            "the clock set back a day between stop and resume": lambda: clock_set_back(corpus, folder),
            "two `folk` on one run": lambda: two_at_once(corpus, folder),
            "the run's folder moved and renamed between stop and resume": lambda: moved(corpus, folder),
            f"a checkpoint cut or with a flipped bit, {arguments.broken:,} times": lambda: broken_files(
                undisturbed(corpus, folder), arguments.broken, chance
            ),
        }
        lost = False
        print("| fault | what came of it |\n|---|---|", flush=True)
        for name, hurt in faults.items():
            if arguments.only not in name:
                continue
            try:
                print(f"| {name} | {hurt()} |", flush=True)
            except Lost as error:
                lost = True
                print(f"| {name} | LOST: {error} |", flush=True)
    sys.exit(lost)


if __name__ == "__main__":
    main()
