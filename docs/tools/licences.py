"""Write docs/licences.md: the licences of all that `pip install 'folkkeras[all]'` installs, from its metadata.

    make licences

It reads the environment that it runs in, and fails if a package or a file that the page names is not there.
"""

import re
import tomllib
from collections import defaultdict
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from folkkeras.extras import EXTRAS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "licences.md"

# Older metadata names a licence in words; SPDX's names of the same.
_SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "ISC License": "ISC",
}
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Python Software Foundation License": "based on PSF-2.0",
}
_TEXTS = {"Apache License, Version 2.0": "Apache-2.0", "Permission is hereby granted, free of charge": "MIT"}

# Files in the packages that have licences of their own: (package, file, what it is, licence, what it is for).
_FILES = (
    ("pretty-midi", "TimGM6mb.sf2", "the sound font TimGM6mb", "GPL-2.0", "sound"),
    ("soundfile", "libsndfile", "the library libsndfile", "LGPL-2.1", "sound files"),
    ("verovio", "Leipzig", "the music font Leipzig, and other ones", "OFL-1.1", "the signs of scores"),
    ("matplotlib", "LICENSE_DEJAVU", "the fonts DejaVu", "Bitstream Vera", "the text of PNG scores, and pictures"),
    ("typst", "_typst", "the fonts Libertinus Serif", "OFL-1.1", "the text of books"),
    ("numpy", "libgfortran", "GCC's runtime libraries", "GPL-3.0 with GCC's runtime exception", "arrays; in scipy too"),
    ("music21", "license.txt", "the tunes of four collections", "see [Corpora](corpora.md)", "training, `--max-copy`"),
)

_TEMPLATE = """# Licences of what is installed

folkkeras is under the MIT licence. Its wheel contains its own code and the model `celtic`, and nothing of others. The
packages below are installed beside it. `make licences` makes this page from their metadata, as installed on Linux.

## Dependencies

| package | version | licence | installed |
|---|---|---|---|
{direct}

## Files in them with a licence of their own

| what | in | licence | for |
|---|---|---|---|
{files}

## What they mean for you

- Use: no licence here limits what you use the program for. The rights in tunes that you train on are another matter:
  see [Corpora](corpora.md).
- What you make: scores, books, sound and pages contain signs of the fonts or sounds of the sound font, not the fonts
  themselves. A PDF embeds parts of a font, which the OFL allows.
- Passing on folkkeras: its wheel and its source need the MIT licence's notice alone.
- Passing on an environment with all of this, such as an image of a container: keep the licence texts, which the
  packages bring. For verovio (LGPL-3.0) and libsndfile (LGPL-2.1) you must also give or offer the source, and users
  must be able to exchange them, as they can while these are separate packages. TimGM6mb stays under the GPL-2.0.

## Packages that these need

{indirect}
"""


def licence(package: Distribution) -> str:
    """The licence of a package, by its SPDX name if the metadata allows."""
    found = package.metadata
    if expression := found.get("License-Expression"):
        return expression
    words = found.get("License") or ""
    if words and "\n" not in words and words != "BSD":
        return _SPDX.get(words, words)
    for line in found.get_all("Classifier") or []:
        if line.startswith("License ::"):
            return _CLASSIFIERS[line.rpartition(" :: ")[2]]
    texts = [each.read_text(encoding="utf-8") for each in package.files or () if each.name.startswith("LICENSE")]
    return next(name for words, name in _TEXTS.items() if any(words in text for text in texts))


def declared() -> dict[str, list[str]]:
    """The direct dependencies of the core, under "", and of each extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = {"": project["dependencies"], **{name: project["optional-dependencies"][name] for name in EXTRAS}}
    return {extra: [canonicalize_name(Requirement(each).name) for each in lines] for extra, lines in listed.items()}


def needed(names: list[str]) -> set[str]:
    """Packages, and all that they need in turn."""
    found: set[str] = set()
    rest = [Requirement(name) for name in names]
    while rest:
        name = canonicalize_name(rest.pop().name)
        if name not in found:
            found.add(name)
            wanted = map(Requirement, distribution(name).requires or ())
            rest += [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
    return found


def direct_rows() -> list[str]:
    """A row for each direct dependency."""
    return [
        f"| {name} | {found.version} | {licence(found)} | {f'`{extra}`' if extra else 'always'} |"
        for extra, names in declared().items()
        for name, found in zip(sorted(names), map(distribution, sorted(names)), strict=True)
    ]


def file_rows() -> list[str]:
    """A row for each file with a licence of its own."""
    for package, file, *_ in _FILES:
        if not any(file in str(each) for each in distribution(package).files or ()):
            raise SystemExit(f"{package} has no file {file}: correct docs/tools/licences.py")
    return [f"| {what} | {package} | {name} | {use} |" for package, _, what, name, use in _FILES]


def indirect_lines() -> list[str]:
    """The other packages by their licences, wrapped."""
    direct = [name for names in declared().values() for name in names]
    by_licence: dict[str, list[str]] = defaultdict(list)
    for name in sorted(needed(direct) - set(direct)):
        by_licence[licence(distribution(name))].append(name)
    ordered = sorted(by_licence.items(), key=lambda item: (-len(item[1]), item[0]))
    return [_wrapped(f"- {name}: {', '.join(packages)}") for name, packages in ordered]


def _wrapped(line: str) -> str:
    return re.sub(r"(.{1,118})(?: |$)", r"\1\n  ", line).rstrip()


def main() -> None:
    """Write the page."""
    rows = {"direct": direct_rows(), "files": file_rows(), "indirect": indirect_lines()}
    PAGE.write_text(_TEMPLATE.format(**{name: "\n".join(lines) for name, lines in rows.items()}), encoding="utf-8")


if __name__ == "__main__":
    main()
