"""The MJML that a message may use: which tags there are, where each may stand, which attributes it has.

Source: documentation.mjml.io. Left out: mj-include (reads files), mj-accordion and mj-carousel (few mail programs can,
and their icons come from another company's server), mj-html-attributes.
"""

from __future__ import annotations

_PADDING = "padding padding-top padding-bottom padding-left padding-right"
_BORDER = "border border-top border-bottom border-left border-right"
_FONT = "color font-family font-size font-style font-weight letter-spacing line-height text-decoration text-transform"
_BACKGROUND = (
    "background-color background-url background-repeat background-size background-position background-position-x "
    "background-position-y"
)
_BOX = f"align container-background-color {_PADDING}"
_LINK = "href name rel target title"

CONTENT = frozenset(
    ["mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer", "mj-table", "mj-social", "mj-navbar", "mj-raw"]
)
# What stands in these is not MJML but HTML or text.
ENDING = frozenset(
    [
        "mj-text", "mj-button", "mj-table", "mj-raw", "mj-style", "mj-title", "mj-preview", "mj-navbar-link",
        "mj-social-element",
    ]
)  # fmt: skip
CHILDREN: dict[str, frozenset[str]] = {
    "": frozenset({"mjml"}),
    "mjml": frozenset({"mj-head", "mj-body"}),
    "mj-head": frozenset(["mj-title", "mj-preview", "mj-style", "mj-font", "mj-breakpoint", "mj-attributes", "mj-raw"]),
    "mj-body": frozenset({"mj-wrapper", "mj-section", "mj-hero", "mj-raw"}),
    "mj-wrapper": frozenset({"mj-section", "mj-hero", "mj-raw"}),
    "mj-section": frozenset({"mj-column", "mj-group", "mj-raw"}),
    "mj-group": frozenset({"mj-column", "mj-raw"}),
    "mj-column": CONTENT,
    "mj-hero": CONTENT,
    "mj-social": frozenset({"mj-social-element"}),
    "mj-navbar": frozenset({"mj-navbar-link"}),
}
_ATTRIBUTES = {
    "mjml": "lang dir owa",
    "mj-head": "",
    "mj-title": "",
    "mj-preview": "",
    "mj-style": "inline",
    "mj-font": "name href",
    "mj-breakpoint": "width",
    "mj-attributes": "",
    "mj-raw": "position",
    "mj-body": "background-color width id",
    "mj-wrapper": f"{_BACKGROUND} {_BORDER} border-radius direction full-width gap {_PADDING} text-align text-padding",
    "mj-section": f"{_BACKGROUND} {_BORDER} border-radius direction full-width {_PADDING} text-align text-padding",
    "mj-group": "background-color direction vertical-align width",
    "mj-column": (
        f"background-color {_BORDER} border-radius direction inner-background-color inner-border inner-border-top "
        f"inner-border-bottom inner-border-left inner-border-right inner-border-radius {_PADDING} vertical-align width"
    ),
    "mj-hero": (
        f"align background-color background-height background-position background-url background-width border-radius "
        f"container-background-color height inner-background-color inner-padding inner-padding-top "
        f"inner-padding-bottom inner-padding-left inner-padding-right mode {_PADDING} vertical-align width"
    ),
    "mj-text": f"{_BOX} {_FONT} background-color height vertical-align",
    "mj-button": (
        f"{_BOX} {_BORDER} {_FONT} {_LINK} background-color border-radius height inner-padding text-align "
        f"vertical-align width"
    ),
    "mj-image": (
        f"{_BOX} {_BORDER} {_LINK} alt border-radius fluid-on-mobile font-size height max-height sizes src srcset "
        f"usemap width"
    ),
    "mj-divider": f"{_BOX} border-color border-style border-width width",
    "mj-spacer": f"{_BORDER} container-background-color height {_PADDING} vertical-align width",
    "mj-table": f"{_BOX} {_FONT} border cellpadding cellspacing role table-layout vertical-align width",
    "mj-social": (
        f"{_BOX} {_FONT} border-radius icon-height icon-padding icon-size inner-padding mode table-layout text-padding "
        f"vertical-align"
    ),
    "mj-social-element": (
        f"align {_FONT} {_LINK} {_PADDING} alt background-color border-radius icon-height icon-padding icon-position "
        f"icon-size sizes src srcset text-padding vertical-align"
    ),
    "mj-navbar": (
        f"{_BOX} base-url hamburger ico-align ico-close ico-color ico-font-family ico-font-size ico-line-height "
        f"ico-open ico-padding ico-padding-top ico-padding-bottom ico-padding-left ico-padding-right "
        f"ico-text-decoration ico-text-transform"
    ),
    "mj-navbar-link": f"{_FONT} {_LINK} {_PADDING}",
}
_IN_BODY = frozenset({"mj-wrapper", "mj-section", "mj-group", "mj-column", "mj-hero", *CONTENT}) | {
    "mj-body",
    "mj-social-element",
    "mj-navbar-link",
}
_EVERYWHERE = frozenset({"css-class", "mj-class"})
ATTRIBUTES: dict[str, frozenset[str]] = {
    name: frozenset(words.split()) | (_EVERYWHERE if name in _IN_BODY - {"mj-raw"} else frozenset())
    for name, words in _ATTRIBUTES.items()
}
_ANY_ATTRIBUTE = frozenset().union(*ATTRIBUTES.values())
ATTRIBUTES["mj-all"] = _ANY_ATTRIBUTE
ATTRIBUTES["mj-class"] = _ANY_ATTRIBUTE | {"name"}
CHILDREN["mj-attributes"] = (_IN_BODY - {"mj-raw"}) | {"mj-all", "mj-class"}
TAGS = frozenset(ATTRIBUTES)
# Liquid tags may stand between the children of these.
LIQUID_PARENTS = frozenset(name for name, children in CHILDREN.items() if "mj-raw" in children and name != "mj-head")
