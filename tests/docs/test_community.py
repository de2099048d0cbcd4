"""The files for contributors agree with the package and with each other."""

import re
import tomllib
from pathlib import Path

import folkkeras

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_versions_and_names_agree() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {PROJECT['version']}\n" in citation
    assert f"\nlicense: {PROJECT['license']}\n" in citation
    assert f"  - name: {PROJECT['authors'][0]['name']}\n" in citation
    assert f"version {folkkeras.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_workflow_runs_what_make_runs_on_all_supported_versions() -> None:
    used = set(re.findall(r"run: make ([a-z-]+)$", WORKFLOW, re.MULTILINE))
    assert used == {"lint", "test-lowest", "docs", "dist"}
    assert used <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    (tests,) = set(re.findall(r"-m (pytest .*)$", MAKEFILE, re.MULTILINE)) & set(
        re.findall(r"-m (pytest .*)$", WORKFLOW, re.MULTILINE)
    )
    assert "--numprocesses" in tests
    versions = re.search(r"python: \[(.*)\]", WORKFLOW)
    classified = [each.rpartition(" :: ")[2] for each in PROJECT["classifiers"] if "Python :: 3." in each]
    assert versions
    assert re.findall(r"[\d.]+", versions[1]) == classified


def test_each_commit_is_checked_as_make_lint_checks() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    programs = set(re.findall(r"entry: \.venv/bin/(\S+)", hooks))
    lint = MAKEFILE.partition("\nlint:")[2].partition("\n\n")[0]
    assert programs == set(re.findall(r"\$\(BIN\)/(\S+)", lint)) == {"ruff", "mypy", "lint-imports"}


def test_each_threat_has_tests_that_exist() -> None:
    rows = re.findall(
        r"^\| [^|]+ \| [^|]+ \| ([^|]*) \|$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    named = [name for row in rows for name in re.findall(r"`(tests/[^`]+)`", row)]
    assert len(named) > 8
    assert all((ROOT / name).exists() for name in named)
