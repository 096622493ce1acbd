"""Files inside files: what makes one file two things, and what phones honestly add.

Cameras write behind the end of a picture: second pictures (MPO, gain maps), videos (motion photos), depth maps, their own notes;
chat programs pad. That can't all be named, and it is inert: nothing here opens it, and people look at a picture made anew. So a
trailer is taken unless some program would open the file by it as something else: an archive, a document, a program, a page.
"""

import io
import re
import struct
import zipfile

# where archivers look for a directory: the comment behind it has at most 65535 bytes
_ARCHIVE_TAIL = 65_535 + 22
_ARCHIVE_END = b"PK\x05\x06\0\0\0\0"
_MARKUP = re.compile(rb"<(?:script|html|svg|\?php|!doctype|iframe)", re.IGNORECASE)
# these look for themselves far into a file; a browser reads on where a picture's comment told it to
_INSIDE = re.compile(rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c")
_INSIDE_A_PICTURE = re.compile(_INSIDE.pattern + rb"|<script[\s>]", re.IGNORECASE)
_ANYWHERE = re.compile(rb"%PDF-\d|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|<(?:script|\?php)", re.IGNORECASE)
_AT_START = (b"MZ", b"\x7fELF", b"#!", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xca\xfe\xba\xbe", b"\x1f\x8b\x08", b"BZh")
_PADDING = b"\0\xff \r\n\t"


def has_markup(data: bytes) -> bool:
    """As browsers look for it: near the start."""
    return _MARKUP.search(data[:1024]) is not None


def ends_as_archive(data: bytes) -> bool:
    return _ARCHIVE_END in data[-_ARCHIVE_TAIL:]


def hides_archive(data: bytes) -> bool:
    """Whether an archiver opens a PDF: by an archive inside it, or by a directory at its end other than that of its own OFD."""
    return _INSIDE.search(data) is not None or (ends_as_archive(data) and not _holds_ofd(data))


def is_more_than_a_picture(data: bytes) -> bool:
    return _INSIDE_A_PICTURE.search(data) is not None or ends_as_archive(data)


def is_stranger(trailer: bytes) -> bool:
    """Whether what stands behind the end of a file is a file of its own that some program would open."""
    start = trailer[:65_536].lstrip(_PADDING)
    if start.startswith(_AT_START) or _MARKUP.match(start):
        return True
    return _ANYWHERE.search(trailer) is not None or ends_as_archive(trailer)


def is_ofd(data: bytes) -> bool:
    """An OFD (GB/T 33190) is an archive with `OFD.xml` at its root."""
    return data.startswith(b"PK\x03\x04") and _holds_ofd(data)


def _holds_ofd(data: bytes) -> bool:
    """Only the directory is read, and no large one."""
    at = data.rfind(_ARCHIVE_END)
    if at < 0 or len(data) < at + 22:
        return False
    entries, size = struct.unpack_from("<HI", data, at + 10)
    if entries > 5000 or size > 1 << 20:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lower() == "ofd.xml" for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, UnicodeDecodeError):
        return False
