from __future__ import annotations

import pytest

from tests.crash.__main__ import PROOFS


@pytest.mark.postgres
@pytest.mark.parametrize("name", PROOFS)
def test_nobody_is_missed_and_nobody_written_to_twice(server, name):
    prove, _long, short = PROOFS[name]
    verdict = prove(server, short)
    print(f"{name}: {verdict}")  # the figure
    assert verdict.broken == []
