"""Print the lowest versions that pyproject.toml allows, as constraints for pip.

python tests/lowest.py > constraints.txt
"""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def constraints() -> list[str]:
    """A line `name==version` for each dependency of a user's; each must have a lower bound."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = [each for name, each in project["optional-dependencies"].items() if name not in ("dev", "docs", "all")]
    dependencies = sum(extras, project["dependencies"])
    found = [re.fullmatch(r"([\w.-]+)>=([\w.]+)(,<[\w.]+)?", each) for each in dependencies]
    if unbounded := [each for each, match in zip(dependencies, found, strict=True) if not match]:
        raise SystemExit(f"no lowest version: {', '.join(unbounded)}")
    return [f"{match[1]}=={match[2]}" for match in found if match]


if __name__ == "__main__":
    print("\n".join(constraints()))
