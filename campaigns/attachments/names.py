"""Names of files: as they go out, how they are matched, what their endings say; pure."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

MAX_NAME_CHARS = 200  # leaves room within RFC 2231's 255
OCTETS = "application/octet-stream"
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_SAID_OF_ANYTHING = frozenset({"", OCTETS, "application/x-download", "binary/octet-stream"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Source: SES Developer Guide, "Unsupported attachment types".
REFUSED_BY_SES = _words(
    """
    ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its js jse ksh lib lnk
    mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml msh2xml msi msp
    mst ops pcd pif plg prf prg reg scf scr sct shb shs sys ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url vb vbe vbs vps
    vsmacros vss vst vsw vxd ws wsc wsf wsh xnk
    """
)
RUNS = REFUSED_BY_SES - {"tmp", "lib", "crt", "cer", "der"} | _words(
    "apk appx bash deb dmg elf iso img jar jnlp msix pkg ps1xml py rpm run sh vhd vhdx wasm xll"
)
WITH_MACROS = _words("docm dotm xlsm xltm xlam xlsb pptm potm ppam ppsm sldm")
_SHOWN_AS = _words("csv doc docx gif htm html jpeg jpg pdf png ppt pptx rtf txt xls xlsx zip")


def clean_file_name(text: str) -> str:
    """The name that a file goes out under: one line, without folders, nothing that hides its ending; `file` for nothing."""
    last = unicodedata.normalize("NFC", text).replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in last if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    plain = " ".join(_FORBIDDEN.sub("_", shown).split()).strip(" .")
    if len(plain) > MAX_NAME_CHARS:
        stem, dot, ending = plain.rpartition(".")
        kept = f"{dot}{ending}" if stem and len(ending) <= 10 else ""  # noqa: PLR2004 - longer is no ending
        plain = plain[: MAX_NAME_CHARS - len(kept)].rstrip(" .") + kept
    return plain or "file"


def name_key(text: str) -> str:
    """What two spellings of one file name share: capitals, accents in one or two letters and blanks do not matter."""
    return clean_file_name(unicodedata.normalize("NFKC", text)).casefold()[:255]


def ending_of(name: str) -> str:
    """The last ending in small letters, without its dot; "" where there is none."""
    return name.rpartition(".")[2].lower() if "." in name.strip(".") else ""


def hides_its_ending(name: str) -> bool:
    """Whether a name looks like a document but ends in something that runs: invoice.pdf.exe."""
    parts = name.lower().split(".")
    return len(parts) > 2 and parts[-1] in RUNS | WITH_MACROS and parts[-2].strip() in _SHOWN_AS  # noqa: PLR2004


def content_type_of(name: str, declared: str = "") -> str:
    """The plain `type/subtype` for a file; what was declared counts where it says anything that can be sent."""
    said = declared.partition(";")[0].strip().lower()
    if (
        said not in _SAID_OF_ANYTHING
        and _CONTENT_TYPE.fullmatch(said)
        and not said.startswith(("multipart/", "message/"))
    ):
        return said
    guessed, encoding = mimetypes.guess_type(name, strict=False)
    return OCTETS if guessed is None or encoding or guessed.startswith("message/") else guessed
