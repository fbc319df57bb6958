from __future__ import annotations

import pytest

from tests.lambda_workers.proofs import PROOFS


@pytest.mark.postgres
@pytest.mark.parametrize("name", PROOFS)
def test_functions_do_the_work_alone(server, package, name):
    prove, _long, short = PROOFS[name]
    proof = prove(server, package, short)
    print(f"{name}: {proof}")  # the figure
    assert proof.broken == []
