"""Output in any encoding, and to streams that are closed, full or no longer read."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from support.terminal import FOLK, Folk
from support.trained import TrainedRun

TUNE = "X:1\nT:Café Ťune 😀\nR:reel\nM:4/4\nL:1/8\nK:D\nA8|A8|]\n"
ENCODINGS = [
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "utf-16"},
    {"LC_ALL": "C"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
]


def on_terminal(*words: str, cwd: Path, env: dict[str, str]) -> bytes:
    """What a command writes to a terminal through both streams."""
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [str(FOLK), *words], cwd=cwd, stdout=terminal, stderr=terminal, env={**os.environ, "COLUMNS": "80", **env}
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            piece = os.read(master, 65_536)
        except OSError:  # on Linux, this means that the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(master)
    process.wait(timeout=120)
    return shown


@pytest.mark.parametrize("env", ENCODINGS, ids=lambda env: " ".join(env.values()))
def test_output_to_a_pipe_is_utf_8_whatever_the_systems_encoding(
    folk: Folk, tmp_path: Path, env: dict[str, str]
) -> None:
    (tmp_path / "a.abc").write_text(TUNE, encoding="utf-8")
    done = folk("check", "a.abc", env=env)
    assert (done.stdout, done.returncode) == ("X:1 Café Ťune 😀: complete\n", 0)
    assert json.loads(folk("check", "a.abc", "--json", env=env).stdout)[0]["title"] == "Café Ťune 😀"
    done = folk("render", "a.abc", "--to", "mid", "--swing", env=env)
    assert "X:1 Café Ťune 😀" in done.stderr
    assert done.returncode == 0
    assert folk("render", "a.abc", "--out", "odd.abc", env=env).returncode == 0
    assert (tmp_path / "odd.abc").read_text(encoding="utf-8") == TUNE


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_commands_with_a_model_accept_any_title_in_any_encoding(
    folk: Folk, trained: TrainedRun, tmp_path: Path, encoding: str
) -> None:
    (tmp_path / "a.abc").write_text(trained.corpus.training[0], encoding="utf-8")
    (tmp_path / "b.abc").write_text("X:1\nT:Café Ťune\nK:D\nABc|\n", encoding="utf-8")
    env = {"PYTHONIOENCODING": encoding}
    done = folk("likelihood", "a.abc", "b.abc", "--model", trained.run.best, env=env)
    assert done.returncode == 0, done.stderr
    assert "X:1 Café Ťune" in done.stdout
    words = ["sample", "celtic", "--seed", 1, "--title", "Café Ťune"]
    plain, other = folk(*words), folk(*words, env=env)
    assert (plain.returncode, plain.stdout, plain.stderr) == (other.returncode, other.stdout, other.stderr)


@pytest.mark.parametrize("words", [["check", "a.abc"], ["check", "a.abc", "--json"]])
def test_a_terminal_gets_escapes_for_what_it_cannot_show(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "a.abc").write_text(TUNE, encoding="utf-8")
    shown = on_terminal(*words, cwd=tmp_path, env={"PYTHONIOENCODING": "cp1252"}).decode("cp1252")
    assert "Caf\xe9 \\u0164une \\ud83d\\ude00" in shown
    if "--json" in words:
        assert json.loads(shown[: shown.rindex("]") + 1])[0]["title"] == "Café Ťune 😀"


def test_a_terminal_gets_lines_that_fit_and_a_file_gets_complete_ones(folk: Folk, tmp_path: Path) -> None:
    title = "The Long Title " * 12
    (tmp_path / "a.abc").write_text(f"X:1\nT:{title}\nM:4/4\nL:1/8\nK:D\nA8|A7|A8|]\n")
    lines = on_terminal("check", "a.abc", cwd=tmp_path, env={}).decode().splitlines()
    assert len(lines) > 4
    assert max(map(len, lines)) <= 80
    assert all(line.startswith("        ") for line in lines[1:-2])
    assert folk("check", "a.abc").stdout.splitlines()[0] == f"X:1 {title.strip()}: incomplete"


def shell(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command.replace("folk ", f"'{FOLK}' ", 1)], cwd=cwd, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("folk check a.abc >&-", 1, "error: cannot write to standard output: it is closed\n"),
        ("folk check - <&-", 1, "error: standard input is empty: give a file with tunes in ABC notation\n"),
        ("folk check a.abc >/dev/full", 1, "error: cannot write to standard output: No space left on device\n"),
        ("folk check a.abc 2>&- | cat >/dev/null", 0, ""),
    ],
)
def test_a_closed_or_full_stream_is_reported_in_one_line(tmp_path: Path, command: str, code: int, said: str) -> None:
    (tmp_path / "a.abc").write_text(TUNE)
    done = shell(command, tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == ("", said, code)


@pytest.mark.parametrize("stream", ["2>&-", "2>/dev/full", "2>&- <&-"])
def test_a_command_works_without_stderr(tmp_path: Path, stream: str) -> None:
    (tmp_path / "a.abc").write_text(TUNE.replace("A8|A8", "A8|A7|A8"))
    done = shell(f"folk check a.abc {stream}", tmp_path)
    assert done.stdout.startswith("X:1 Café Ťune 😀: incomplete\n")
    assert done.returncode == 3
    assert shell(f"folk render a.abc --out a.svg {stream}", tmp_path).returncode == 0
    assert (tmp_path / "a.svg").read_bytes().rstrip().endswith(b"</svg>")


def test_a_reader_of_stderr_that_closes_the_pipe_does_not_stop_render(tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text("\n".join(TUNE.replace("A8|]", "A7|A8|]") for _ in range(20)))
    done = shell("(folk render a.abc --to mid --out out/ 2>&1 >/dev/null; echo $? >code) | head -n 1", tmp_path)
    assert done.stdout.count("\n") == 1
    assert (tmp_path / "code").read_text() == "0\n"
    assert len(list((tmp_path / "out").iterdir())) == 20


def test_a_reader_that_closes_the_pipe_ends_check_quietly(tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text("\n".join(TUNE for _ in range(5_000)))
    done = shell("folk check a.abc 2>said | head -n 1", tmp_path)
    assert done.stdout == "X:1 Café Ťune 😀: complete\n"
    assert (tmp_path / "said").read_text() == ""
