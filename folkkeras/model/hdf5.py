"""Read arrays of floats from an HDF5 file that need not be trusted, without the HDF5 library.

That library is written in C, and crafted files have made it read and write where it must not. A `.keras` file needs
little of the format: groups as h5py writes them by default, and arrays of IEEE floats that lie in one piece. All else
is refused by name. Each read is within the file's bytes and copies none of them, and the number of parts that are read
is bounded.

Source: HDF5 File Format Specification Version 3.0, support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html.
"""

import struct
from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_NOWHERE = 2**64 - 1  # the "undefined address"
_MAX_STEPS = 20_000  # messages, tree nodes and entries read in one file; celtic has some 200
_MAX_RANK = 4
_MAX_NAME = 64  # characters
_MAX_CHILDREN = 1_024  # of a node of a group's tree; the HDF5 library writes up to 32
# The properties that follow the size of a little-endian IEEE float: offset, precision, exponent, mantissa, bias.
_FLOATS = {
    (0x20, 15, 2): ("<f2", (0, 16, 10, 5, 0, 10, 15)),
    (0x20, 31, 4): ("<f4", (0, 32, 23, 8, 0, 23, 127)),
    (0x20, 63, 8): ("<f8", (0, 64, 52, 11, 0, 52, 1023)),
}
_SPACE, _TYPE, _EXTERNAL, _LAYOUT, _FILTERS, _CONTINUATION, _GROUP = 0x01, 0x03, 0x07, 0x08, 0x0B, 0x10, 0x11
_HARD_LINKS = (0, 1)  # kinds of entries: an object without or with a copy of its group's addresses; 2 is a soft link


class _Message(NamedTuple):
    kind: int
    data: memoryview


class Hdf5Reader:
    """Reads the arrays of a file.

    Args:
        data: the file.

    Raises:
        ValueError: from every method, if the file is damaged or has what Keras does not write.
    """

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._steps = 0
        self._groups: dict[int, dict[bytes, tuple[int, int]]] = {}  # by address: name -> address and kind
        if not data.startswith(_SIGNATURE):
            raise ValueError("the weights are not an HDF5 file")
        if data[8] != 0:
            raise ValueError(f"the weights are in HDF5 with a superblock of version {data[8]}, not 0")
        if data[13:15] != b"\x08\x08":
            raise ValueError("the weights are in HDF5 with addresses of another size than 8 bytes")
        (base,) = self._unpack("<Q", 24)
        if base:
            raise ValueError("the weights are in HDF5 behind other data")
        (self._root,) = self._unpack("<Q", 24 + 4 * 8 + 8)

    def array(self, name: str) -> Floats:
        """The array with a name, such as "dense/vars/0"."""
        address, path = self._root, ""
        for part in name.split("/"):
            path = f"{path}/{part}" if path else part
            members = self._members(address, path)
            if part.encode() not in members:
                raise ValueError(f"{path} is missing")
            address, kind = members[part.encode()]
            if kind not in _HARD_LINKS:
                raise ValueError(f"{path} is a link")
        return self._array(address, name)

    def _members(self, group: int, path: str) -> dict[bytes, tuple[int, int]]:
        """The address and kind of a group's members by name; `path` is one that should be among them."""
        if group not in self._groups:
            for message in self._messages(group):
                if message.kind == _GROUP:
                    tree, heap = struct.unpack_from("<QQ", message.data)
                    break
            else:
                raise ValueError(f"the parent of {path} is not a group as Keras writes it")
            names = self._heap(heap)
            self._groups[group] = {
                bytes(names[offset : offset + _MAX_NAME]).partition(b"\0")[0]: (address, kind)
                for offset, address, kind in self._entries(tree)
            }
        return self._groups[group]

    def _entries(self, tree: int) -> Iterator[tuple[int, int, int]]:
        """The place of the name, the address, and the kind of each entry of a group, from its B-tree of version 1."""
        nodes = [tree]
        while nodes:
            node = nodes.pop()
            self._step()
            if self._is(node, b"SNOD"):
                (count,) = self._unpack("<H", node + 6)
                for place in range(count):
                    self._step()
                    yield self._unpack("<QQI", node + 8 + 40 * place)
                continue
            kind, _, count = self._unpack("<BBH", node + 4)
            if not self._is(node, b"TREE") or kind or count > _MAX_CHILDREN:
                raise ValueError("a group's tree is damaged")
            nodes += [self._unpack("<Q", node + 32 + 16 * place)[0] for place in range(count)]

    def _heap(self, address: int) -> memoryview:
        """The names of a group's members."""
        if not self._is(address, b"HEAP\0"):
            raise ValueError("a group's heap is damaged")
        size, _, segment = self._unpack("<QQQ", address + 8)
        return self._bytes(segment, size)

    def _messages(self, address: int) -> Iterator[_Message]:
        """The messages of an object header of version 1."""
        version, _, count, _, size = self._unpack("<BBHII", address)
        if version != 1:
            raise ValueError(f"an object header has the version {version}, not 1")
        blocks = [(address + 16, size)]
        while blocks and count > 0:
            place, left = blocks.pop(0)
            while left >= 8 and count > 0:
                self._step()
                kind, length, flags = self._unpack("<HHB", place)
                data = self._bytes(place + 8, length)
                if kind == _CONTINUATION:
                    blocks.append(struct.unpack_from("<QQ", data))
                elif flags & 2:
                    raise ValueError("an object header has shared messages")
                else:
                    yield _Message(kind, data)
                place, left, count = place + 8 + length, left - 8 - length, count - 1

    def _array(self, address: int, name: str) -> Floats:
        messages: dict[int, memoryview] = {}
        for message in self._messages(address):
            messages.setdefault(message.kind, message.data)
        if _EXTERNAL in messages or _FILTERS in messages:
            raise ValueError(f"{name} is compressed or lies in another file")
        if not {_SPACE, _TYPE, _LAYOUT} <= messages.keys():
            raise ValueError(f"{name} is not an array")
        shape, dtype = _shape(messages[_SPACE], name), _dtype(messages[_TYPE], name)
        version, kind = struct.unpack_from("<BB", messages[_LAYOUT])
        if version != 3 or kind != 1:
            raise ValueError(f"{name} does not lie in one piece")
        place, size = struct.unpack_from("<QQ", messages[_LAYOUT], 2)
        if place == _NOWHERE or size != prod(shape) * dtype.itemsize:
            raise ValueError(f"{name} is smaller than its declared size")
        self._require(place, size)
        return np.frombuffer(self._data, dtype, prod(shape), place).reshape(shape)

    def _unpack(self, format: str, place: int) -> tuple[Any, ...]:
        self._require(place, struct.calcsize(format))
        return struct.unpack_from(format, self._data, place)

    def _is(self, place: int, sign: bytes) -> bool:
        return bytes(self._bytes(place, len(sign))) == sign

    def _bytes(self, place: int, size: int) -> memoryview:
        self._require(place, size)
        return self._data[place : place + size]

    def _require(self, place: int, size: int) -> None:
        if place + size > len(self._data):
            raise ValueError("the weights are cut off, or an address in them is wrong")

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise ValueError("the weights have too many parts")


def _shape(data: memoryview, name: str) -> tuple[int, ...]:
    version, rank = struct.unpack_from("<BB", data)
    if version not in (1, 2) or rank > _MAX_RANK:
        raise ValueError(f"{name} has {rank} dimensions in a dataspace of version {version}")
    return struct.unpack_from(f"<{rank}Q", data, 8 if version == 1 else 4)


def _dtype(data: memoryview, name: str) -> np.dtype[np.floating[Any]]:
    version_and_class, order, sign, _, size = struct.unpack_from("<BBBBI", data)
    form, properties = _FLOATS.get((order, sign, size), ("", ()))
    if version_and_class & 15 != 1 or not form or struct.unpack_from("<HHBBBBI", data, 8) != properties:
        raise ValueError(f"{name} has elements other than floats of 16, 32 or 64 bits")
    return np.dtype(form)
