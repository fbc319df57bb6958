"""The pieces of images that other screens use: the drop zone and the picker."""

from __future__ import annotations

from typing import Any

from django import template

from campaigns.images.cleaning import MAX_UPLOAD_BYTES, TARGET_WIDTH_PX, WIDE_PX

register = template.Library()


@register.inclusion_tag("campaigns/images/upload.html", takes_context=True)
def image_upload(context: dict[str, Any]) -> dict[str, Any]:
    """The place to drop pictures, with its limits."""
    return {
        "csrf_token": context.get("csrf_token"),
        "max_bytes": MAX_UPLOAD_BYTES,
        "max_mb": MAX_UPLOAD_BYTES // 1_000_000,
        "wide_px": WIDE_PX,
        "target_px": TARGET_WIDTH_PX,
    }


@register.inclusion_tag("campaigns/images/picker.html", takes_context=True)
def image_picker(context: dict[str, Any]) -> dict[str, Any]:
    """The dialog that `<button type="button" data-image-picker="id-of-a-textarea">` opens; outside of any form."""
    return {"csrf_token": context.get("csrf_token"), "perms": context.get("perms")}
