"""The records of a domain as a BIND zone file. Pure. Source: RFC 1035, section 5; texts of more than 255 bytes in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from credentials.sending_domains.records import Record

TTL_S: Final = 3600
MOST_TEXT_BYTES: Final = 255


def zone_file(domain: str, records: list[Record]) -> str:
    """The records below `domain`, one a line; what has no value yet as a comment."""
    lines = [f"$ORIGIN {domain}.", f"$TTL {TTL_S}"]
    lines += [zone_line(domain, record) for record in records]
    return "".join(line + "\n" for line in lines)


def zone_line(domain: str, record: Record) -> str:
    """One record as a line."""
    if not record.value:
        return f"; {short_name(domain, record)} IN {record.type} (the address of your web server)"
    return f"{short_name(domain, record)}\tIN\t{record.type}\t{wire_value(record)}"


def wire_value(record: Record) -> str:
    """The value as zone files and Route 53 write it: TXT in quotes, host names with a last dot."""
    if record.type == "TXT":
        return quoted(record.value)
    return record.value + "."


def short_name(domain: str, record: Record) -> str:
    """The name within the zone: `@` for the domain itself."""
    return "@" if record.name == domain else record.name.removesuffix("." + domain)


def quoted(text: str) -> str:
    """A text in quotes, in parts of at most 255 bytes."""
    content = text.encode()
    parts = [content[start : start + MOST_TEXT_BYTES] for start in range(0, len(content), MOST_TEXT_BYTES)] or [b""]
    return " ".join(f'"{_escaped(part)}"' for part in parts)


def unquoted(value: str) -> str:
    """The text of a TXT value in quotes, its parts joined."""
    texts: list[str] = []
    inside, escaped = False, False
    for character in value:
        if escaped:
            texts.append(character)
            escaped = False
        elif character == "\\" and inside:
            escaped = True
        elif character == '"':
            inside = not inside
        elif inside:
            texts.append(character)
    return "".join(texts) if '"' in value else value


def _escaped(part: bytes) -> str:
    return "".join(_letter(byte) for byte in part)


def _letter(byte: int) -> str:
    if byte in b'"\\':
        return "\\" + chr(byte)
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03d}"  # noqa: PLR2004  # ASCII
