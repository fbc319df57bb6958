from __future__ import annotations

import pytest

from tests.crash.__main__ import PROOFS
from tests.crash.scene import migrated_server


@pytest.fixture(scope="module")
def server():
    with migrated_server() as running:
        yield running


@pytest.mark.postgres
@pytest.mark.parametrize("name", PROOFS)
def test_nobody_is_missed_and_nobody_written_to_twice(server, name):
    prove, _long, short = PROOFS[name]
    verdict = prove(server, short)
    print(f"{name}: {verdict}")  # the figure
    assert verdict.broken == []
