"""What Pillow leaves open about a PNG."""

import struct
from pathlib import Path

SIGNATURE_BYTES = 8
CHUNK = struct.Struct(">I4s")
CAMERA_TAGS = (b"eXIf", b"iTXtXML:com.adobe.xmp\0", b"zTXtRaw profile", b"tEXtRaw profile")
"""How chunks begin that may hold the tags of a camera."""


def ends_with_tags(path: Path) -> bool:
    """Say whether tags of a camera stand behind the pixels, where Pillow reads them last."""
    position = SIGNATURE_BYTES
    behind = False
    with path.open("rb", buffering=0) as stream:
        while stream.seek(position) and len(start := stream.read(32)) >= 8:
            length, kind = CHUNK.unpack_from(start)
            behind = behind or kind == b"IDAT"
            if behind and start.startswith(CAMERA_TAGS, 4):
                return True
            position += length + 12  # with length, kind and checksum
    return False


def transparent_grey(level: int, rawmode: str) -> int:
    """Return the grey level after decoding that stands for transparent.

    Parameters
    ----------
    level
        The level as Pillow gives it: that of the file, which may have 2 or 4 bits.
    rawmode
        How Pillow unpacks the pixels.
    """
    return level * {"L;2": 85, "L;4": 17}.get(rawmode, 1)
