"""One measurement of our import, in a fresh process: `python -m bench.csv_import_postroom FILE`; prints JSON."""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from pathlib import Path

import django

django.setup()

from campaigns.audience.models import Contact
from campaigns.importing.local_import import check_local_import, run_local_import, take_local_file


def main() -> None:
    logging.disable(logging.CRITICAL)  # no broker listens: the work is done in this process
    contact_import = take_local_file(Path(sys.argv[1]), actor=None)
    started = time.perf_counter()
    contact_import = check_local_import(contact_import, contact_list=None)
    checked = time.perf_counter()
    contact_import = run_local_import(contact_import)
    ended = time.perf_counter()
    assert contact_import.status == "completed", contact_import.status
    assert Contact.objects.count() == contact_import.created_count == contact_import.new_count
    print(
        json.dumps(
            {
                "people": contact_import.created_count,
                "check_per_s": contact_import.row_count / (checked - started),
                "rows_per_s": contact_import.row_count / (ended - checked),
                "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
