"""The built-in tune collections: their locations and their licences.

Four come with the installed package music21, whose corpus folder is read without importing music21. The fifth is
downloaded once from its repository.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from folkkeras.errors import CorpusError
from folkkeras.extras import require
from folkkeras.files import cache_folder

_MUSIC21_RIGHTS = (
    "distributed with music21 by permission of the encoders, some not for commercial use (music21/corpus/license.txt)"
)


@dataclass(frozen=True)
class Collection:
    """One built-in collection."""

    title: str
    rights: str
    folder: str = ""  # under music21/corpus; empty for a download


COLLECTIONS = {
    "oneills": Collection(
        "O'Neill's Music of Ireland",
        f"tunes from 1903 and earlier; {_MUSIC21_RIGHTS}",
        "oneills1850",
    ),
    "ryans": Collection(
        "Ryan's Mammoth Collection of Fiddle Tunes",
        f"tunes from 1883 and earlier; {_MUSIC21_RIGHTS}",
        "ryansMammoth",
    ),
    "airds": Collection(
        "Aird's Selection of Scotch, English, Irish and Foreign Airs",
        f"tunes from 1801 and earlier; {_MUSIC21_RIGHTS}",
        "airdsAirs",
    ),
    "essen": Collection(
        "Essen Folksong Collection",
        "legal status unclear; for non-commercial use (music21/corpus/essenFolksong/license.txt)",
        "essenFolksong",
    ),
    "irish": Collection(
        "The Irish tunes of MIT's 6.S191 music lab (downloaded once, 200 kB)",
        "MIT licence, (c) MIT Introduction to Deep Learning, introtodeeplearning.com",
    ),
}
DEFAULT_COLLECTION = "oneills"

IRISH_URL = (
    "https://raw.githubusercontent.com/aamini/introtodeeplearning/"
    "fd8023c7804bd352fc7212ac3aa587bd90912653/mitdeeplearning/data/irish.abc"
)
IRISH_SHA256 = "df3782d5f7b5a2f4c66aa7c13f13008d5f48757b3f5f51620cd6c1ceb2c53023"


def collection_path(name: str) -> Path:
    """The folder or file that holds the built-in collection `name`.

    Raises:
        CorpusError: music21 is not installed, or `irish` cannot be fetched.
        FolkError: the package pooch is missing, which fetches `irish`.
    """
    folder = COLLECTIONS[name].folder
    if not folder:
        return fetch(IRISH_URL, IRISH_SHA256)
    spec = importlib.util.find_spec("music21")
    if spec is None or not spec.submodule_search_locations:
        raise CorpusError(f"corpus {name} comes with the package music21, which is missing: pip install music21")
    path = Path(spec.submodule_search_locations[0]) / "corpus" / folder
    if not path.is_dir():
        raise CorpusError(
            f"corpus {name} is not in the installed music21 ({path}): pip install --force-reinstall music21"
        )
    return path


def fetch(url: str, sha256: str, cache: Path | None = None) -> Path:
    """Download a tune file to the cache, unless it is there already, and return its path.

    Args:
        url: the file's address.
        sha256: the expected digest; a file that differs is downloaded again, and rejected if it still differs.
        cache: the cache folder; None means folkkeras's own.

    Raises:
        CorpusError: there is no network, or the file does not match the digest.
        FolkError: the package pooch is missing.
    """
    require("download")
    import pooch

    pooch.get_logger().setLevel("WARNING")
    folder, name = cache or cache_folder(), url.rsplit("/", 1)[-1]
    try:
        return Path(pooch.retrieve(url, f"sha256:{sha256}", name, folder))
    except (OSError, ValueError) as error:  # requests' errors are OSErrors; a wrong digest is a ValueError
        why = "another file came" if isinstance(error, ValueError) else f"no connection to {urlsplit(url).netloc}"
        raise CorpusError(f"cannot download {url}, {why}: download it yourself and give its path") from error
