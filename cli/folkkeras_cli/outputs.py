"""Check the file that an --out option names."""

from pathlib import Path

from folkkeras.errors import OutputError


def require_new(out: Path, *, force: bool) -> None:
    """Raise OutputError if `out` cannot be created, or if it exists and must not be overwritten."""
    if str(out) == "-" or (out.exists() and not out.is_file()):
        raise OutputError(f"{out} is not a file name: leave out --out to write to the screen")
    if out.exists() and not force:
        raise OutputError(f"{out} already exists: choose another name, or overwrite it with --force")
    if not out.parent.is_dir():
        raise OutputError(f"no folder {out.parent} for {out.name}: create it first")
