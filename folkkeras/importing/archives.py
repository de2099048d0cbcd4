"""Unpack gzip and zip files, within bounds.

Sources: RFC 1952 (gzip), and PKWARE's APPNOTE 6.3 (zip) as Python's zipfile reads it. A few kilobytes can unpack to
terabytes, so the size of each file and of all files of an archive is limited, as is the depth of archives in archives.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator

from folkkeras.errors import CorpusError
from folkkeras.importing.names import chosen

MAX_FILE = 2**28  # bytes of an unpacked file
MAX_ALL = 2**30  # bytes of all unpacked files of an archive
MAX_DEPTH = 3  # archives in archives
_MXL = "META-INF/container.xml"  # in a compressed MusicXML file


def is_gzip(data: bytes) -> bool:
    """Whether the bytes begin like a gzip file."""
    return data.startswith(b"\x1f\x8b")


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin like a zip file, empty ones included."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def unpacked_gzip(data: bytes, name: str) -> bytes:
    """The content of a gzip file.

    Raises:
        CorpusError: it is damaged, or too large.
    """
    try:
        with gzip.open(io.BytesIO(data)) as file:
            return _bounded(file.read, name)
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(f"{name} is a damaged gzip file ({error}): get it again") from error


def unpacked_zip(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of the files in a zip file that can contain tunes.

    Of a compressed MusicXML file, that is the score itself.

    Args:
        data: the zip file.
        name: its name in error messages and in the names of its files.

    Raises:
        CorpusError: it is damaged, encrypted, too large, or has no file that can contain tunes.
    """
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [info.filename for info in archive.infolist() if not info.is_dir()]
            if _MXL in members:
                members = [member for member in members if not member.startswith("META-INF/")]
            files = chosen(members)
            if not files:
                raise CorpusError(f"no file with tunes in {name}: pack .abc files, or give their folder")
            for member in files:
                place = f"{name}/{member}"
                with archive.open(member) as file:
                    content = _bounded(file.read, place)
                total += len(content)
                if total > MAX_ALL:
                    raise CorpusError(f"{name} unpacks to more than {MAX_ALL // 2**20} MB: unpack it, give the folder")
                yield place, content
    except NotImplementedError as error:
        raise CorpusError(f"{name} is packed in an unusual way ({error}): unpack it and give the folder") from error
    except RuntimeError as error:  # zipfile's error for an encrypted file
        raise CorpusError(f"{name} is encrypted: unpack it and give the folder") from error
    # On some damaged files, zipfile raises each of these: for its structure (BadZipFile), for places before the
    # file's beginning (OSError, ValueError), for data that end too early (EOFError) or cannot be unpacked (zlib.error).
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, zlib.error) as error:
        raise CorpusError(f"{name} is a damaged zip file ({error}): get it again") from error


def _bounded(read: Callable[[int], bytes], name: str) -> bytes:
    content = read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise CorpusError(f"{name} unpacks to more than {MAX_FILE // 2**20} MB: unpack it, and split it into files")
    return content
