"""One measurement of `psql \\copy` plus one upsert on the server: `python -m bench.csv_import_psql FILE`; prints JSON.

The floor for PostgreSQL: no progress, no line numbers, no resuming, validation by one regular expression.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django

django.setup()

from campaigns.audience.models import Contact

SCRIPT = r"""
CREATE TEMPORARY TABLE raw (line bigint GENERATED ALWAYS AS IDENTITY, email text, name text, city text, plan text, joined text);
\copy raw (email, name, city, plan, joined) FROM '{file}' WITH (FORMAT csv, HEADER)
INSERT INTO campaigns_contact (address, address_key, first_name, last_name, first_name_key, last_name_key, attributes,
    time_zone, created_at, updated_at)
SELECT DISTINCT ON (lower(email)) email, lower(email), name, '', lower(name), '',
    jsonb_build_object('city', city, 'plan', plan, 'joined', joined), '', now(), now()
FROM raw WHERE email ~ '^[A-Za-z0-9.!#$%&''*+/=?^_`{{|}}~-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{{2,63}}$'
ORDER BY lower(email), line DESC
ON CONFLICT (address_key) DO UPDATE SET first_name = excluded.first_name, first_name_key = excluded.first_name_key,
    attributes = campaigns_contact.attributes || excluded.attributes, updated_at = excluded.updated_at
    WHERE (campaigns_contact.first_name, campaigns_contact.attributes)
    IS DISTINCT FROM (excluded.first_name, campaigns_contact.attributes || excluded.attributes);
"""


def main() -> None:
    source = Path(sys.argv[1])
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPT.format(file=source))
        script.flush()
        started = time.perf_counter()
        subprocess.run(
            ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-f", script.name, os.environ["DATABASE_URL"]], check=True
        )
        taken_s = time.perf_counter() - started
    with source.open("rb") as file:
        row_count = sum(1 for _ in file) - 1
    print(json.dumps({"people": Contact.objects.count(), "rows_per_s": row_count / taken_s}))


if __name__ == "__main__":
    main()
