"""A bucket of inbound mail in memory, in the place of portal.aws.s3."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import BinaryIO

from portal.aws import s3
from portal.errors import Unavailable


@dataclass(slots=True)
class InboundBucket:
    """Objects by (bucket, key); `is_away` makes every call fail as an outage does."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    is_away: bool = False

    def install(self, monkeypatch) -> InboundBucket:
        monkeypatch.setattr(s3, "head_object", self.head_object)
        monkeypatch.setattr(s3, "open_object", self.open_object)
        monkeypatch.setattr(s3, "delete_object", self.delete_object)
        monkeypatch.setattr(s3, "presign_download", lambda bucket, key, **_more: f"https://s3.example/{bucket}/{key}")
        return self

    def head_object(self, bucket: str, key: str) -> s3.ObjectFacts:
        return s3.ObjectFacts(len(self._content(bucket, key)), "etag")

    def open_object(self, bucket: str, key: str, *, offset: int = 0, etag: str = "") -> BinaryIO:
        return io.BytesIO(self._content(bucket, key)[offset:])

    def delete_object(self, bucket: str, key: str) -> None:
        self._require_there()
        self.objects.pop((bucket, key), None)

    def _content(self, bucket: str, key: str) -> bytes:
        self._require_there()
        if (bucket, key) not in self.objects:
            raise s3.ObjectMissing(key, service="s3")
        return self.objects[bucket, key]

    def _require_there(self) -> None:
        if self.is_away:
            raise Unavailable("away", service="s3")
