"""A DNS server on loopback that answers from the sandbox's records, as a domain's own name server would."""

from __future__ import annotations

import socketserver
import threading
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from sandbox.ses_double.names import Names

HOST = "127.0.0.1"
TTL_S = 60
MOST_TEXT_CHARS = 255
UDP_BYTES, MOST_BYTES = 1232, 65_535


class NameServer:
    """Answers by UDP and TCP in threads of its own. `silent_names` are asked in vain."""

    def __init__(self, names: Names, *, port: int = 0) -> None:
        self.names = names
        self.silent_names: set[str] = set()
        by_tcp = _TcpServer(self, port)
        self.port = int(by_tcp.server_address[1])
        self._servers = (by_tcp, _UdpServer(self, self.port))
        self._threads = [
            threading.Thread(target=each.serve_forever, args=(0.1,), daemon=True) for each in self._servers
        ]
        names.is_asked = True

    def start(self) -> None:
        """Begin to answer."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Answer no more."""
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, wire: bytes, *, most_bytes: int = MOST_BYTES) -> bytes | None:
        """Return the answer to one question, cut off where it is too long, or None where there is none."""
        try:
            question = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        asked = question.question[0]
        name, record_type = asked.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(asked.rdtype)
        if name in self.silent_names and record_type != "NS":
            return None
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.AA | dns.flags.RA
        self._fill(reply, name, record_type)
        try:
            return reply.to_wire(max_size=most_bytes)
        except dns.exception.TooBig:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            return reply.to_wire()

    def _fill(self, reply: dns.message.Message, name: str, record_type: str) -> None:
        for kind in dict.fromkeys(("CNAME", record_type)):
            values = self.names.look_up(name, kind)
            if values:
                texts = [_as_text(kind, value) for value in values]
                reply.answer.append(dns.rrset.from_text_list(f"{name}.", TTL_S, "IN", kind, texts))
                return
        if not self.names.exists(name):
            reply.set_rcode(dns.rcode.NXDOMAIN)


class _UdpServer(socketserver.ThreadingUDPServer):
    daemon_threads = True

    def __init__(self, owner: NameServer, port: int) -> None:
        self.owner = owner
        super().__init__((HOST, port), _UdpHandler)


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, owner: NameServer, port: int) -> None:
        self.owner = owner
        super().__init__((HOST, port), _TcpHandler)


class _UdpHandler(socketserver.BaseRequestHandler):
    server: _UdpServer

    def handle(self) -> None:
        wire, sock = self.request
        reply = self.server.owner.answer(wire, most_bytes=UDP_BYTES)
        if reply is not None:
            sock.sendto(reply, self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    server: _TcpServer
    timeout = 5

    def handle(self) -> None:
        length = int.from_bytes(self.rfile.read(2), "big")
        reply = self.server.owner.answer(self.rfile.read(length)) if length else None
        if reply is not None:
            self.wfile.write(len(reply).to_bytes(2, "big") + reply)


def _as_text(kind: str, value: str) -> str:
    if kind == "TXT":
        parts = [value[start : start + MOST_TEXT_CHARS] for start in range(0, len(value), MOST_TEXT_CHARS)] or [""]
        return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)
    return value if value.endswith(".") or kind not in {"CNAME", "MX", "NS"} else value + "."
