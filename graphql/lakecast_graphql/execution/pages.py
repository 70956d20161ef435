"""Pages of runs: the rendered text of each unit looked up by its number and joined, without any object per row.

What is missing is rendered by `render.py` from the columns and kept. A page that is no run, or that selects something
else of its connection than rows, counts and `pageInfo`, is left to `render.py` altogether.
"""

from collections.abc import Sequence
from typing import Any

from lakecast_graphql.cache.blocks import Group
from lakecast_graphql.execution import neighbourhoods
from lakecast_graphql.execution.render import render, units_of
from lakecast_graphql.execution.shape import ABSENT, Constant, Kept, OfObject, Selected, Shape, Source, Values
from lakecast_graphql.read import arguments, paging
from lakecast_graphql.read.arguments import UNFILTERED, Exact
from lakecast_graphql.read.column import cell
from lakecast_graphql.read.runs import RUNS, Run
from lakecast_graphql.view import View

LIGHT_CELLS = 60_000
"""Cells that are rendered within some milliseconds, so that it may be done on the event loop."""
SHORT = 4_000
"""Bytes below which texts are joined; longer ones are sent as they are kept, which costs something per piece."""
_OF_PAGE = {"nodes", "total_count", "page_info", "__typename"}
_FILTERS = ("dataset_id", "item_id", "source")


class Page:
    """A root field that may be a page of a run, compiled; `of` says whether it may."""

    def __init__(self, chosen: Selected) -> None:
        assert chosen.shape is not None
        self._chosen = chosen
        self._shape = chosen.shape
        self._locate = RUNS[chosen.name]
        self._weight = chosen.shape.weight_of_page
        arguments = dict(chosen.arguments)
        self._order = arguments.pop("order_by", None)
        self._where = arguments.pop("where", None)
        self._equalities = _equalities(self._where)
        self._fixed = {name: source.value for name, source in arguments.items() if isinstance(source, Constant)}
        self._fixed = {name: value for name, value in self._fixed.items() if value is not None}
        self._given = tuple((name, source) for name, source in arguments.items() if not isinstance(source, Constant))

    @staticmethod
    def of(chosen: Selected) -> "Page | None":
        """The field compiled; None where it is none of these or selects what `append` does not know."""
        shape = chosen.shape
        if chosen.name not in RUNS or shape is None or not shape.fields:
            return None
        if not all(part.name in _OF_PAGE and (part.shape is None or part.shape.fields) for part in shape.fields):
            return None
        return Page(chosen)

    def run(self, view: View, values: Values) -> Run | None:
        """The run that is asked for; None for any page that is none, or that takes long to render."""
        if self._order is not None and self._order(values) not in (None, ABSENT, []):
            return None
        exact: Exact | None = UNFILTERED
        if self._equalities is not None:
            sought: list[Any] = [None, None, None]
            for place, source in self._equalities:
                value = sought[place] = source(values)
                if type(value) is not str:
                    return None
            exact = (sought[0], sought[1], sought[2])
        elif self._where is not None:
            where = self._where(values)
            exact = UNFILTERED if where is ABSENT else arguments.exact(where)
            if exact is None:
                return None
        given = dict(self._fixed)
        for name, source in self._given:
            value = source(values)
            if value is not None and value is not ABSENT:
                given[name] = value
        after = given.get("after")
        if after is not None and paging.snapshot_of(after) != view.snapshot.snapshot_id:
            return None
        run = self._locate(view, exact, **given)
        if run is None or run.count * self._weight > LIGHT_CELLS:
            return None
        run.first = given.get("first", 0)
        return run

    def append(self, run: Run, view: View, values: Values, out: list[bytes]) -> bool:
        """Append the field's JSON. False where the texts of its units cannot be cut where the page ends."""
        mark = b"{"
        for part in self._shape.fields:
            out.append(mark + part.key)
            mark = b","
            if part.name == "nodes":
                assert part.shape is not None
                if not _rows(run, part.shape, values, out):
                    return False
            elif part.name == "total_count":
                out.append(b"%d" % run.total)
            elif part.name == "page_info":
                render(_page_info(run, view), part, values, out)
            else:
                out.append(cell(self._shape.type_name))
        out.append(b"}")
        return True


def _equalities(where: Source | None) -> tuple[tuple[int, Source], ...] | None:
    """Of a filter that the document spells out and that is nothing but equalities: which, and of what."""
    if not isinstance(where, OfObject):
        return None
    found = []
    for name, test in where.fields:
        if name not in _FILTERS or not isinstance(test, OfObject) or [field for field, _ in test.fields] != ["eq"]:
            return None
        found.append((_FILTERS.index(name), test.fields[0][1]))
    return tuple(found)


def _page_info(run: Run, view: View) -> paging.PageInfo:
    return paging.page_info(run.begin, run.count, run.total, view.snapshot.snapshot_id, run.asked)


def _rows(run: Run, shape: Shape, values: Values, out: list[bytes]) -> bool:
    """Append the array of a run's rows. False where it takes more than joining texts."""
    kept = values.kept
    blocks = None if kept is None else kept.blocks
    group = None
    if kept is not None and blocks is not None:
        group = blocks.group((kept.serial, run.space, shape.key(values, run.alike)))
        page = group.texts.get((run.low, run.high)) if run.at is None else None
        if page is not None:
            out += (b"[", page, b"]")
            return True
    texts = _rendered(run, shape, values) if kept is None or group is None else _known(run, shape, values, kept, group)
    if texts is None:
        return False
    if len(texts) == 1:
        out += (b"[", texts[0], b"]")
        return True
    if len(texts[1]) < SHORT:  # the first may be cut
        page = b",".join(texts)
        if blocks is not None and group is not None and run.at is None:
            blocks.put(group, [(run.low, run.high)], [page])
        out += (b"[", page, b"]")
        return True
    separated = [b","] * (2 * len(texts) + 1)
    separated[1::2] = texts
    separated[0], separated[-1] = b"[", b"]"
    out += separated
    return True


def _rendered(run: Run, shape: Shape, values: Values) -> list[bytes] | None:
    """The texts of the page's rows, of which none are kept; None where these cannot be cut."""
    texts = neighbourhoods.page_of(run, shape, values)
    if texts is not None:
        return texts
    keys = range(run.low, run.high)
    if run.at is None or len(keys) == 1:  # one text for all of them
        rows = run.of_keys(keys)
        texts = units_of(rows, shape, values, [rows.count])
    else:
        made = _made(run, keys, shape, values)
        texts = list(map(made.__getitem__, keys))
    return _cut(run, texts, shape) if run.is_cut else texts


def _known(run: Run, shape: Shape, values: Values, kept: Kept, group: Group) -> list[bytes] | None:
    """The text of each unit, cut where the page begins or ends within it; None where it cannot be cut."""
    blocks = kept.blocks
    assert blocks is not None
    texts = list(map(group.texts.get, range(run.low, run.high)))
    missing = [run.low + place for place, text in enumerate(texts) if text is None] if None in texts else []
    blocks.hits += len(texts) - len(missing)
    if missing:
        blocks.misses += len(missing)
        keys = range(run.low, run.high) if len(missing) == len(texts) else missing
        made = neighbourhoods.texts_of(run, keys, shape, values) or _made(run, keys, shape, values)
        blocks.put(group, tuple(made), tuple(made.values()))
        kept.missed(group, run.units, run.of_keys, shape, values)
        for key, text in made.items():
            texts[key - run.low] = text
    found: list[bytes] = texts  # type: ignore[assignment]  # none of them is None any more
    return _cut(run, found, shape) if run.is_cut else found


def _made(run: Run, keys: Sequence[int], shape: Shape, values: Values) -> dict[int, bytes]:
    """The texts of units by their keys, rendered from the columns."""
    keys = run.arranged(keys)
    return dict(zip(keys, units_of(run.of_keys(keys), shape, values, run.sizes(keys)), strict=True))


def _cut(run: Run, texts: list[bytes], shape: Shape) -> list[bytes] | None:
    """The page's rows of the units that it begins and ends in.

    No string of JSON holds a quotation mark after a brace and before the rest of this: a row begins wherever a brace,
    comma, brace and the first key stand, and where there are more of these than rows they are of rows within rows.
    """
    assert run.at is not None
    border = b"},{" + shape.fields[0].key
    last = run.high - 1
    end = run.at.item(run.low) + run.skipped + run.count
    for key, first, after in (
        (last, 0, end - run.at.item(last)),
        (run.low, run.skipped, run.at.item(run.low + 1) - run.at.item(run.low)),
    ):
        size = run.at.item(key + 1) - run.at.item(key)
        if last == run.low:
            first, after = run.skipped, run.skipped + run.count
        if first == 0 and after == size:
            continue
        rows = texts[key - run.low].split(border)
        if len(rows) != size:
            return None
        text = border.join(rows[first:after])
        if first > 0:
            text = border[2:] + text
        if after < size:
            text += b"}"
        texts[key - run.low] = text
        if last == run.low:
            break
    return texts
