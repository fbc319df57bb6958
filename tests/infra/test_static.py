"""Without AWS: form, validity, and plans of the modules with a mocked provider."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.infra.conftest import tell
from tests.infra.programs import INFRA, Programs, Root, copy_of_infra

pytestmark = pytest.mark.terraform
ROOTS = ("bootstrap", "environments/test", "environments/prod")


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_infra(tmp_path_factory.mktemp("static") / "infra")


def test_files_are_formatted(programs: Programs):
    run = Root(programs, INFRA).run("fmt", "-check", "-recursive", "-diff", "-no-color")
    assert run.code == 0, run.text


@pytest.mark.parametrize("name", ROOTS)
def test_a_root_is_valid(programs: Programs, copy: Path, name: str):
    root = Root(programs, copy / name)
    root.run("init", "-no-color", "-input=false", "-backend=false", f"-plugin-dir={programs.mirror}").checked()
    root.run("validate", "-no-color").checked()


@pytest.mark.parametrize("file", sorted(path.name for path in (INFRA / "environments" / "shared").glob("*.example")))
def test_a_cheaper_arrangement_fits_the_environments(programs: Programs, tmp_path: Path, file: str):
    home = copy_of_infra(tmp_path / "infra") / "environments" / "test"
    (home / file.removesuffix(".example")).write_text((home.parent / "shared" / file).read_text())
    root = Root(programs, home)
    root.run("init", "-no-color", "-input=false", "-backend=false", f"-plugin-dir={programs.mirror}").checked()
    root.run("validate", "-no-color").checked()


@pytest.mark.parametrize("module", ["network", "database", "workers", "api", "monitoring", "postroom"])
def test_plans_with_a_mocked_provider_keep_what_they_promise(programs: Programs, copy: Path, module: str):
    root = Root(programs, copy / "modules" / module)
    root.init()
    run = root.run("test", "-no-color").checked()
    tell(f"{module}: {run.text.strip().splitlines()[-1]}")
