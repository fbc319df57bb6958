"""How long the functions of the package take to be ready, and what they hold: `python -m tests.lambda_workers.cold_start`.

From the start of the process to its question for the first event, on this machine, files in its cache; what it
computed is told apart, as other work makes it wait. The web function also answers its first request. On Lambda the download of the package and a slower processor come on top.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median

from tests.lambda_workers.package import unzipped_package
from tests.lambda_workers.runtime import Package, Runtime
from workers.handlers.functions import FUNCTIONS

WEB = "workers.handlers.web.handler"
HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
VARIABLES = {
    "SECRET_KEY": "only for this measurement, and nowhere else, fifty chars",
    "KMS_KEY_ID": "alias/postroom",
    "ALLOWED_HOSTS": HOST,
    "PUBLIC_URL": f"https://{HOST}/test",
    "AWS_REGION": "us-east-1",
    "LOG_LEVEL": "ERROR",
    "HTTPS_REDIRECT": "no",
}
LOGIN = {
    "httpMethod": "GET",
    "path": "/admin/login/",
    "headers": {"Host": HOST},
    "multiValueHeaders": {"Host": [HOST]},
    "requestContext": {"stage": "test"},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "body": None,
    "isBase64Encoded": False,
}


def measure(package: Package, handler: str, *, times: int) -> str:
    """One line of figures; the functions keep what they have beside the package's client."""
    variables = {**VARIABLES, "DATA_DIR": str(package.client / "data"), "STATIC_ROOT": str(package.root / "static")}
    ready, computed, first, held = [], [], [], []
    for _time in range(times):
        runtime = Runtime(package, handler, variables)
        ready.append(runtime.cold_start_s)
        computed.append(runtime.processor_s())
        if handler == WEB:
            asked_s, before_s = time.monotonic(), runtime.processor_s()
            runtime.invoke(LOGIN)
            first.append((time.monotonic() - asked_s, runtime.processor_s() - before_s))
        held.append(runtime.resident_mb())
        runtime.close()
    words = f"{handler.rpartition('handlers.')[2]:<24} ready in {median(ready):.2f} s, computed {median(computed):.2f} s, {median(held):.0f} MB"
    if not first:
        return words
    passed_s, computed_s = (median(seconds) for seconds in zip(*first, strict=True))
    return f"{words}, first page {passed_s:.2f} s more, computed {computed_s:.2f} s"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lambda_workers.cold_start", description=__doc__)
    parser.add_argument("--package", type=Path, help="a zip that was built with --from-environment")
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    with unzipped_package(zipped=asked.package) as package:
        unpacked = sum(path.stat().st_size for path in package.root.rglob("*") if path.is_file())
        files = sum(1 for path in package.root.rglob("*") if path.is_file())
        print(f"package: {unpacked / 1024**2:.0f} MiB unpacked (Lambda takes 250), {files} files", flush=True)
        for handler in (WEB, *(function.handler for function in FUNCTIONS.values())):
            print(measure(package, handler, times=asked.times), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
