"""Both environments applied once for all tests, and destroyed after them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.infra.environments import Applied, apply_environment, stand_in
from tests.infra.programs import Programs, TerraformMissing, copy_of_infra, find_programs

NAMES = ("test", "prod")


@pytest.fixture(scope="session")
def programs() -> Programs:
    try:
        return find_programs()
    except TerraformMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def environments(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Applied]]:
    with ExitStack() as stack, ThreadPoolExecutor(len(NAMES)) as pool:
        waiting = {}
        for name in NAMES:
            folder = copy_of_infra(tmp_path_factory.mktemp(name) / "infra")
            endpoints = stack.enter_context(stand_in())
            waiting[name] = pool.submit(apply_environment, name, folder, programs, endpoints)
        applied = {name: future.result() for name, future in waiting.items()}
        yield applied
        destroyed = dict(zip(NAMES, pool.map(Applied.destroyed, applied.values()), strict=True))
        for name, run in destroyed.items():
            run.checked()
            assert applied[name].root.resources() == []
            assert applied[name].billed() == {}
            tell(f"{name}: {run.text.strip().splitlines()[-1]}")


@pytest.fixture(params=NAMES)
def applied(request: pytest.FixtureRequest, environments: dict[str, Applied]) -> Applied:
    """One environment after the other."""
    found = environments[request.param]
    found.apply.checked()
    return found


def tell(line: str) -> None:
    """A line for whoever reads the log of the run."""
    sys.stdout.write(line + "\n")
