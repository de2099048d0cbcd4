"""The same tunes as files in other formats."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Sequence

from folkkeras.notation.tunes import header_of, music_begins

FOLK_RNN = """M:9/8
K:Cmaj
G E E E 2 D E D C | G E E E F G A B c | G E E E 2 D E D C |

T: The Token Reel
M:4/4
K:dor
|: ^F 2 A > c (3 d e f g 2 | [ C E G ] 4 z 4 | |1 G 8 :| |2 A 8 |]

</s>
"""


def settings_of(tunes: Sequence[str]) -> list[dict[str, str]]:
    """Two settings of each tune, in the columns of The Session's dump."""
    records = []
    for number, tune in enumerate(tunes):
        header = header_of(tune)
        names = {"name": "T", "type": "R", "meter": "M", "mode": "K"}
        records.append(
            {
                "tune_id": str(number // 2),
                "setting_id": str(number + 100),
                **{name: header.get(letter, "") for name, letter in names.items()},
                "abc": tune[music_begins(tune) :].strip().replace("\n", "\r\n"),
                "date": "2001-05-14 20:52:15",
                "username": "someone",
            }
        )
    return records


def as_csv(records: Sequence[dict[str, str]]) -> bytes:
    """Records as a table."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode()


def irishman_of(tunes: Sequence[str]) -> list[dict[str, str]]:
    """Tunes as records of IrishMAN."""
    return [{"control code": "S:2\nB:8\nE:5\nB:8\n", "abc notation": tune.strip()} for tune in tunes]


def as_zip(files: dict[str, bytes]) -> bytes:
    """A zip file of files by name."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def files_of(tunes: Sequence[str]) -> dict[str, bytes]:
    """The tunes in each format that keeps all of their text, by file name."""
    text = "".join(tunes).encode()
    records = settings_of(tunes)
    half = len(tunes) // 2
    return {
        "tunes.csv": as_csv(records),
        "tunes.json": json.dumps(records).encode(),
        "irishman.json": json.dumps(irishman_of(tunes), indent=1).encode(),
        "irishman.jsonl": "\n".join(map(json.dumps, irishman_of(tunes))).encode(),
        "tunes.abc.gz": gzip.compress(text),
        "tunes.zip": as_zip(
            {
                "README.txt": b"not a tune",
                "a/one.abc": "".join(tunes[:half]).encode(),
                "a/two.abc": "".join(tunes[half:]).encode(),
                "__MACOSX/a/._one.abc": b"\0\1",
            }
        ),
    }
