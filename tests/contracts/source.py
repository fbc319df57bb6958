"""The project's own files, as the contract tests read them."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def project_files() -> tuple[Path, ...]:
    """All files that are committed or would be: ignored ones left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (ROOT / name for name in sorted(set(listed.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())


def python_files() -> list[Path]:
    """Every Python module that people wrote: generated migrations left out."""
    return [path for path in project_files() if path.suffix == ".py" and "migrations" not in path.parts]


def templates() -> list[Path]:
    return [path for path in project_files() if path.suffix == ".html" and "templates" in path.parts]


def name_of(path: Path) -> str:
    """The path as people write it, below the project's folder."""
    return str(path.relative_to(ROOT))


def syntax_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@dataclass(frozen=True, slots=True)
class FunctionSize:
    """A function and its length in lines, docstring and decorators included."""

    where: str
    lines: int


@dataclass(frozen=True, slots=True)
class ModuleShape:
    """What the contract tests ask of a module's syntax; `statements` are those of its top level."""

    sizes: tuple[FunctionSize, ...]
    has_docstring: bool
    statements: int


@cache
def shape_of(path: Path) -> ModuleShape:
    """Read once for all tests: reading every module takes seconds."""
    tree = syntax_of(path)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    sizes = tuple(
        FunctionSize(f"{name_of(path)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for node in functions
    )
    return ModuleShape(sizes, bool(ast.get_docstring(tree)), len(tree.body))
