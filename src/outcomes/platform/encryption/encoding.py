"""Unambiguous bytes: a list of parts that reads back one way only, and text of a hidden length."""

LENGTH_BYTES = 4
SMALLEST_BUCKET = 32
LARGEST_BUCKET = 4096


def parts(*values: bytes) -> bytes:
    """Joins the values, each behind its length (4 bytes, big-endian).

    Plain joining would let 'survivor' + 'name' stand for 'survivorn' + 'ame'.
    """
    return b"".join(len(value).to_bytes(LENGTH_BYTES, "big") + value for value in values)


def pad(content: bytes) -> bytes:
    """The content behind its length, filled with zeros to the next bucket.

    Buckets: 32, 64, 128, … 4,096 bytes, above that multiples of 4,096, so that a length discloses
    almost nothing. Raises ValueError when the content is 4 GiB or more.
    """
    if len(content) >= 1 << (8 * LENGTH_BYTES):
        raise ValueError("too long to be padded")
    framed = parts(content)
    return framed.ljust(bucket(len(framed)), b"\0")


def unpad(padded: bytes) -> bytes:
    """The content that `pad` was given. Raises ValueError when `pad` cannot have made this."""
    end = LENGTH_BYTES + int.from_bytes(padded[:LENGTH_BYTES], "big")
    if end > len(padded) or len(padded) != bucket(end):
        raise ValueError("not padded")
    return padded[LENGTH_BYTES:end]


def bucket(size: int) -> int:
    """The padded size, in bytes, of `size` bytes (their length prefix included)."""
    if size > LARGEST_BUCKET:
        return -(-size // LARGEST_BUCKET) * LARGEST_BUCKET
    return max(SMALLEST_BUCKET, 1 << (size - 1).bit_length())
