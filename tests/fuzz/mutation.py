"""Inputs: valid samples of a target, changed. Some changes know JSON, markup and numbers, the others only bytes.

Everything is drawn from the `random.Random` that is given, so a seed gives the same inputs again, and Hypothesis can draw and shrink.
"""

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.target import Target

WORDS = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\r", b"\r\n", b"\n", b"\n\n", b"\t", b"\x1b[31m",
    b"\x1b]0;x\x07",
    "\u202e".encode(), "\u2066".encode(), "\u200b".encode(), "\u200d".encode(), "\u2028".encode(), "\x85".encode(), "\u0301".encode() * 40,
    "İ".encode(), "ﬀ".encode(), "ß".encode(), "𝛼".encode(), "٣".encode(), "²".encode(), "\ufffe".encode(), "𐄀".encode(),
    b"\\ud800", b"\\udc00\\ud800", b"\\u0000", b"&lt;", b"&x;", b"&#0;", b"<!--", b"]]>", b"<![CDATA[", b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"../../../etc/passwd", b"file:///etc/passwd", b"`", b"' OR 1=1 //", b"}) DETACH DELETE n //", b"=cmd|' /C calc'!A0", b"@SUM(1)",
    b"+1", b"-1",
    b"<script>alert(1)</script>", b"%s%n", b"{0}", b"${x}", b"%00", b"|", b";", b",", b'"', b"'", b"\\", b"[[[[", b"((((", b"{{{{",
    b"null", b"true", b"NaN",
    b"1e999", b"-0", b"0", b"1" + b"0" * 5000, b"9223372036854775808", b"4294967296", b"-1", b"0.1", b"2021-13-45", b"pubmed:0", b"a:b",
)  # fmt: skip
"""What breaks readers: bytes that are no UTF-8, signs that mean something somewhere, numbers at an edge."""

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**63) - 1, 10**400, 0.5, -0.5, 1.5, 1e308, "", " ", "x", "\x00",
    "\ud800", "a:b",
    "pubmed:1", "\u202eabc", "=1+1", "x" * 600, [], {}, [None], [[[[[[]]]]]], {"a": {"a": {"a": 1}}}, ["x"] * 50, "2021", "2021-02-30",
    "0001-01-01",
)  # fmt: skip
"""What a field of a record may suddenly hold."""

_ELEMENT = re.compile(rb"<([A-Za-z][\w:.-]*)[^<>]*>[^<>]*(?:<[^<>]*>[^<>]*){0,6}?</\1>")
_NUMBER = re.compile(rb"-?\d+")
_LINE = re.compile(rb"[^\n]*\n?")
_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"255",
    b"256",
    b"65536",
    b"2147483648",
    b"9007199254740993",
    b"9223372036854775808",
    b"1" * 400,
    b"1e9",
    b"00",
    b"0x1f",
)

Change = Callable[[Random, bytes, Target], bytes]


def mutated(random: Random, target: Target) -> bytes:
    """An input: a seed with one to eight changes, or none now and then; or words alone."""
    data = random.choice(target.seeds)
    for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3, 5, 8))):
        data = random.choice(CHANGES)(random, data, target)
        if len(data) > target.most:
            start = random.randrange(len(data) - target.most + 1)
            data = data[start : start + target.most] if random.random() < 0.5 else data[: target.most]
    return data


def _place(random: Random, data: bytes) -> int:
    return random.randrange(len(data) + 1)


def _part(random: Random, data: bytes) -> tuple[int, int]:
    start = _place(random, data)
    return start, min(start + random.choice((1, 2, 4, 8, 32, 128)), len(data))


def _word(random: Random, target: Target) -> bytes:
    own = target.words
    return random.choice(own) if own and random.random() < 0.6 else random.choice(WORDS)


def _put_in(random: Random, data: bytes, target: Target) -> bytes:
    at = _place(random, data)
    return data[:at] + _word(random, target) + data[at:]


def _put_over(random: Random, data: bytes, target: Target) -> bytes:
    start, end = _part(random, data)
    return data[:start] + _word(random, target) + data[end:]


def _any_byte(random: Random, data: bytes, target: Target) -> bytes:
    if not data:
        return _word(random, target)
    at = random.randrange(len(data))
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _cut_out(random: Random, data: bytes, target: Target) -> bytes:
    start, end = _part(random, data)
    return data[:start] + data[end:]


def _cut_off(random: Random, data: bytes, target: Target) -> bytes:
    at = _place(random, data)
    return data[:at] if random.random() < 0.7 else data[at:]


def _repeat(random: Random, data: bytes, target: Target) -> bytes:
    start, end = _part(random, data)
    return data[:start] + data[start:end] * random.choice((2, 3, 10, 100, 1000)) + data[end:]


def _splice(random: Random, data: bytes, target: Target) -> bytes:
    other = random.choice(target.seeds)
    return data[: _place(random, data)] + other[_place(random, other) :]


def _lines(random: Random, data: bytes, target: Target) -> bytes:
    lines = _LINE.findall(data)
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines[at], lines[other] = lines[other], lines[at]
        case 2:
            lines.insert(at, lines[other])
        case _:
            lines[at] = _word(random, target) + b"\n"
    return b"".join(lines)


def _number(random: Random, data: bytes, target: Target) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return _put_in(random, data, target)
    match = random.choice(found)
    return data[: match.start()] + random.choice(_NUMBERS) + data[match.end() :]


def _element(random: Random, data: bytes, target: Target) -> bytes:
    """An XML element is left out, doubled, put into itself, or put elsewhere."""
    found = list(_ELEMENT.finditer(data[:8192]))
    if not found:
        return _put_over(random, data, target)
    match = random.choice(found)
    start, end, whole = match.start(), match.end(), match[0]
    match random.randrange(4):
        case 0:
            return data[:start] + data[end:]
        case 1:
            return data[:start] + whole * random.choice((2, 2, 5, 50)) + data[end:]
        case 2:
            head = whole.index(b">") + 1
            return data[:start] + whole[:head] * random.choice((1, 10, 99, 200)) + whole[head:] + data[end:]
        case _:
            other = random.choice(found)
            return data[: other.start()] + whole + data[other.start() :]


def _json(random: Random, data: bytes, target: Target) -> bytes:
    """A line of JSON with one value of it changed: to another one, left out, doubled, under another name."""
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    try:
        value = json.loads(lines[at])
    except (ValueError, RecursionError):
        return _put_in(random, data, target)
    lines[at] = json.dumps(_changed(random, value), ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def _changed(random: Random, value: Any) -> Any:
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(list(value))
        match random.randrange(8):
            case 0:
                return {name: part for name, part in value.items() if name != key}
            case 1:
                return value | {str(random.choice(VALUES)): random.choice(VALUES)}
            case _:
                return value | {key: _changed(random, value[key])}
    if isinstance(value, list) and value and random.random() < 0.9:
        at = random.randrange(len(value))
        match random.randrange(6):
            case 0:
                return value[:at] + value[at + 1 :]
            case 1:
                return value[:at] + value[at : at + 1] * random.choice((2, 20)) + value[at + 1 :]
            case _:
                return [*value[:at], _changed(random, value[at]), *value[at + 1 :]]
    if isinstance(value, str) and value and random.random() < 0.4:
        at = random.randrange(len(value))
        return value[:at] + random.choice(WORDS).decode("utf-8", "replace") + value[at + 1 :]
    if isinstance(value, int) and not isinstance(value, bool) and random.random() < 0.5:
        return value + random.choice((-1, 1, 7, -value))
    return random.choice(VALUES)


CHANGES: tuple[Change, ...] = (
    _put_in, _put_over, _any_byte, _any_byte, _cut_out, _cut_off, _repeat, _splice, _lines, _number, _element, _json, _json,
)  # fmt: skip
