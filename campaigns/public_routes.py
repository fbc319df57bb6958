"""Where the pages lie that mails lead to, below PUBLIC_URL: all that a worker needs to know of them.

Asking Django for an address loads every page of the portal and the admin, which no worker ever shows.
"""

from __future__ import annotations

UNSUBSCRIBE = "u/"  # and the token
IMAGE = "i/"  # and the key, and the file's name
SIGNUP_CONFIRM = "s/confirm/"  # and the token
