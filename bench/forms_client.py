"""Visitors of a website, many at once, with as little work of their own as possible."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `message_id` "" where nothing was kept."""

    status: int
    took_ms: float
    message_id: str


async def send_one(port: int, form_key: str, number: int) -> Answer:
    """One message on a connection of its own."""
    return await _send(port, _request(port, form_key, number))


async def rush(port: int, form_key: str, *, requests: int, at_once: int) -> list[Answer]:
    """So many requests, so many at a time, each on a connection of its own, as browsers come."""
    numbers = iter(range(requests))
    answers: list[Answer] = []

    async def visitor() -> None:
        for number in numbers:
            answer = await _send(port, _request(port, form_key, number))
            answers.append(answer)

    await asyncio.gather(*(visitor() for _turn in range(at_once)))
    return answers


def _request(port: int, form_key: str, number: int) -> bytes:
    body = json.dumps(
        {"formId": form_key, "email": f"visitor{number}@home.example", "subject": f"Question {number}",
         "message": "Are there any tickets left? " * 8}
    ).encode()  # fmt: skip
    head = (
        f"POST /sendEmail HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Origin: https://www.club.example\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


async def _send(port: int, request: bytes) -> Answer:
    started_s = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        raw = await reader.read()
        writer.close()
    except OSError:
        raw = b""
    took_ms = (time.perf_counter() - started_s) * 1000
    head, _blank, body = raw.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/1.1 ") else 0
    told = json.loads(body) if status == 202 else {}
    return Answer(status, took_ms, str(told.get("messageId", "")))
