"""`manage.py drop_csv people.csv`: drop a file into the watched bucket of the running sandbox, as another program would."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

DROP_PREFIX = "uploads/"


class Command(BaseCommand):
    """Puts the file where S3 tells the uploads queue about it."""

    help = "Drop a CSV file into the sandbox's bucket under uploads/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--folder", default="", help="folder under uploads/, as in a drop folder's settings")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        folder = f"{options['folder'].strip('/')}/" if options["folder"].strip("/") else ""
        key = f"{DROP_PREFIX}{folder}{path.name}"
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        if not settings.UPLOADS_BUCKET:
            raise CommandError("No sandbox is running on this data: start it with `make run`.")
        try:
            with path.open("rb") as file:
                boto3.client("s3", region_name=settings.AWS_REGION).upload_fileobj(file, settings.UPLOADS_BUCKET, key)
        except (BotoCoreError, ClientError) as error:
            raise CommandError(f"The sandbox does not answer ({error}); is `make run` still running?") from error
        self.stdout.write(f"dropped as s3://{settings.UPLOADS_BUCKET}/{key}")
