"""Small pictures for the Dagster UI: inline SVG in Markdown, so that nothing has to draw or store them."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_WIDTH, _HEIGHT = 640, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 26, 24
_ACTUAL, _FORECAST, _BAND = "#3c4858", "#0b7285", "#0b728533"


@dataclass(frozen=True)
class Outlook:
    """History and forecast of one item. history: (p,), NaN where unknown; mean, lower, upper: (h,) after it."""

    title: str
    history: Array
    mean: Array
    lower: Array
    upper: Array


def markdown(svgs: Sequence[str]) -> str:
    """SVG documents as images of a Markdown text."""
    return "\n\n".join(
        f"![picture](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})" for svg in svgs
    )


def outlook(item: Outlook) -> str:
    """What was, what is expected, and the 80 % interval, as an SVG document."""
    periods = item.history.size + item.mean.size
    top = max((float(np.nanmax(part, initial=0.0)) for part in (item.history, item.mean, item.upper)), default=0.0)
    scale = _Scale(max(periods - 1, 1), top or 1.0)
    first = item.history.size
    future = [float(period) for period in range(first, periods)]
    band = [*zip(future, item.upper, strict=True), *zip(future[::-1], item.lower[::-1], strict=True)]
    parts = [
        scale.frame(item.title),
        f'<polygon fill="{_BAND}" points="{scale.points(band)}"/>' if first < periods else "",
        *(scale.line(run, _ACTUAL) for run in _known_runs(item.history)),
        scale.line([*zip(future, item.mean, strict=True)], _FORECAST),
        _legend((("actual", _ACTUAL), ("forecast with 80 % interval", _FORECAST))),
    ]
    return _document(parts)


def curve(title: str, values: Sequence[float]) -> str:
    """A curve over steps, such as the validation loss over epochs, as an SVG document."""
    known = np.asarray(values, dtype=np.float64)
    scale = _Scale(max(known.size - 1, 1), float(np.nanmax(known, initial=0.0)) or 1.0)
    return _document([scale.frame(title), *(scale.line(run, _FORECAST) for run in _known_runs(known))])


def bars(title: str, values: Mapping[str, float], mark: float | None = None) -> str:
    """One bar per name, longest value first as given; `mark` draws a line at a target value. An SVG document."""
    top = max([abs(value) for value in values.values() if np.isfinite(value)] + [mark or 0.0]) or 1.0
    row = 22
    width = _WIDTH - 200 - 70
    parts = [f'<text x="8" y="16" font-weight="bold">{escape(title)}</text>']
    for place, (name, value) in enumerate(values.items()):
        y = _TOP + place * row
        length = width * abs(value) / top if np.isfinite(value) else 0.0
        label = f"{value:.3f}" if np.isfinite(value) else "unknown"
        parts.append(f'<text x="192" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="200" y="{y + 3}" width="{length:.1f}" height="14" fill="{_FORECAST}"/>')
        parts.append(f'<text x="{206 + length:.1f}" y="{y + 14}">{label}</text>')
    height = _TOP + row * len(values) + 8
    if mark is not None:
        x = 200 + width * mark / top
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{height - 6}" stroke="{_ACTUAL}"/>')
    return _document(parts, height)


@dataclass(frozen=True)
class _Scale:
    """From periods and quantities to pixels. last: the last period's number; top: the largest quantity."""

    last: int
    top: float

    def points(self, places: Sequence[tuple[float, float]]) -> str:
        width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
        return " ".join(
            f"{_LEFT + width * x / self.last:.1f},{_TOP + height * (1 - y / self.top):.1f}" for x, y in places
        )

    def line(self, places: Sequence[tuple[float, float]], colour: str) -> str:
        return f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{self.points(places)}"/>'

    def frame(self, title: str) -> str:
        bottom = _HEIGHT - _BOTTOM
        return (
            f'<text x="8" y="16" font-weight="bold">{escape(title)}</text>'
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{bottom}" y2="{bottom}" stroke="#ccc"/>'
            f'<text x="{_LEFT - 6}" y="{bottom}" text-anchor="end">0</text>'
            f'<text x="{_LEFT - 6}" y="{_TOP + 8}" text-anchor="end">{self.top:.4g}</text>'
        )


def _known_runs(values: Array) -> list[list[tuple[int, float]]]:
    """Places and values of each stretch without NaN."""
    places = np.flatnonzero(np.isfinite(values))
    stretches = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    return [[(int(place), float(values[place])) for place in stretch] for stretch in stretches if stretch.size]


def _legend(entries: Sequence[tuple[str, str]]) -> str:
    parts, x = [], _LEFT
    for name, colour in entries:
        y = _HEIGHT - 6
        parts.append(f'<line x1="{x}" x2="{x + 18}" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{x + 24}" y="{y}">{escape(name)}</text>')
        x += 40 + 7 * len(name)
    return "".join(parts)


def _document(parts: Sequence[str], height: int = _HEIGHT) -> str:
    style = 'font-family="sans-serif" font-size="11" fill="#3c4858"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" {style}>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
    )
