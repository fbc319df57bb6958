"""The consents of the demo's Gmail accounts, as the double and the demo both know them."""

from __future__ import annotations

from typing import Final

# How long each lasts from the double's first start, in seconds; 0: the end is not told.
GMAIL_CONSENTS: Final = {"vera@gmail.example": 0, "office@gmail.example": 20 * 3600}
LOST_CONSENT: Final = "archive@gmail.example"  # taken away at Google
TOKEN_BEGINS: Final = "1//sandbox-"
