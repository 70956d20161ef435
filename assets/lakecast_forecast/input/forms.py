"""How a text file is written: its encoding, its delimiter, and lines before the header."""

import codecs
import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lakecast_forecast.input.errors import InputError

DELIMITERS = (",", ";", "\t", "|")
_STATED = re.compile(r"sep=([,;|\t])\s*", re.IGNORECASE)
_CHUNK = 16 << 20
LOOK = 40
"""Lines among which the header is looked for, below titles and blank lines."""
_WORDS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
_PORTUGUESE = {
    "tab": "tabulação", "comma": "vírgula", "semicolon": "ponto e vírgula", "bar": "barra",
    "sheet": "planilha", "header in line": "cabeçalho na linha",
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """encoding: as Python and Arrow name it; lines: before the header."""

    encoding: str
    delimiter: str
    lines: int
    header: tuple[str, ...]

    @property
    def words(self) -> str:
        below = f", header in line {self.lines + 1}" if self.lines > 1 else ""
        return f"{self.encoding}, {_WORDS[self.delimiter]}{below}"


def in_portuguese(words: str) -> str:
    """The words of a form in Portuguese; the names of encodings and of other kinds of file are the same."""
    return re.sub(rf"(?<=, )({'|'.join(_PORTUGUESE)})(?=,| |$)", lambda found: _PORTUGUESE[found[1]], words)


def recognise(path: Path, is_header: Callable[[Sequence[str]], bool] = lambda _: True) -> Form:
    """The form of a CSV file, from its bytes and its first lines. Raises `InputError`.

    is_header: whether fields are a header; the first such line of the first `LOOK` is it, else the first of all.
    """
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        first = [file.readline() for _ in range(LOOK)]
    stated = _STATED.fullmatch(first[0])
    start = 1 if stated else 0

    def parted(line: str) -> str:
        return stated[1] if stated else max(DELIMITERS, key=lambda sign: _fields(line, sign))

    lines = next((k for k in range(start, LOOK) if is_header(_parts(first[k], parted(first[k])))), start)
    delimiter = parted(first[lines])
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter)
            for _ in range(lines):
                file.readline()
            header = next(reader, [])
        header = _as_long_as_rows(header, [_parts(line, delimiter) for line in first[lines + 1 :] if line.strip()])
    except csv.Error as error:
        raise InputError(path.name, f"has no readable header ({error})", "Write it anew as CSV") from error
    return Form(encoding, delimiter, lines, tuple(name.strip() for name in header))


def _as_long_as_rows(header: list[str], rows: list[list[str]]) -> list[str]:
    """A header with one empty field at its end more or less, where all rows have a delimiter there, or none has."""
    lengths = {len(row) for row in rows}
    if lengths == {len(header) + 1} and not any(row[-1] for row in rows):
        return [*header, ""]
    return header[:-1] if lengths == {len(header) - 1} and not header[-1].strip() else header


def _parts(line: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return []
    return [name.strip() for name in rows[0]] if rows else []


def _fields(line: str, delimiter: str) -> int:
    return len(_parts(line, delimiter))


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head[1:2] == b"\0" or head[:1] == b"\0":
            return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _windows(path)
    return "utf-8"


def _windows(path: Path) -> str:
    """Windows-1252, where the bytes that it does not define do not occur."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                chunk.decode("cp1252")
            except UnicodeDecodeError as error:
                raise InputError(
                    path.name, "is neither UTF-8 nor Windows-1252 text", "Save the file as UTF-8"
                ) from error
    return "cp1252"
