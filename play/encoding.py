"""Arrays and numbers as the JSON that the page reads: there is no NaN in it."""

import base64
import json
import math
from typing import Any

import numpy as np


def pack(array: Any, kind: str) -> dict[str, Any]:
    """An array as the page unpacks it: shape, "uint8" or "float32", and its bytes in base64."""
    array = np.ascontiguousarray(array, np.dtype(kind).newbyteorder("<"))
    data = base64.b64encode(array.tobytes()).decode()
    return {"shape": list(array.shape), "type": kind, "data": data}


def unpack_bytes(text: str, count: int) -> np.ndarray:
    """So many bytes from base64.

    Raises:
        ValueError: where it is not base64, or of another number of bytes.
    """
    array = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    if len(array) != count:
        raise ValueError(f"{len(array):,} bytes instead of {count:,}")
    return array


def to_plain(value: Any) -> Any:
    """Numbers, lists and dictionaries of Python's own; what is not finite becomes null.

    The page's parser would die on NaN, which Python's json writes.
    """
    if isinstance(value, dict):
        return {str(name): to_plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(entry) for entry in value]
    if isinstance(value, np.generic | np.ndarray):
        return to_plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def to_json(content: Any) -> bytes:
    """The content as JSON that the page's parser takes."""
    return json.dumps(to_plain(content), allow_nan=False, separators=(",", ":")).encode()
