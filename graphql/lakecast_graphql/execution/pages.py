"""Pages of runs: the rendered text of each unit looked up by its number and joined, without any object per row.

What is missing is rendered by `render.py` from the columns and kept. A page that is no run, or that selects something
else of its connection than rows, counts and `pageInfo`, is left to `render.py` altogether.
"""

from collections.abc import Mapping
from typing import Any

from lakecast_graphql.execution.render import render, units_of
from lakecast_graphql.execution.shape import Kept, Selected, Shape, Values
from lakecast_graphql.read import paging
from lakecast_graphql.read.column import cell
from lakecast_graphql.read.runs import RUNS, Run
from lakecast_graphql.view import View

_OF_PAGE = {"nodes", "total_count", "page_info", "__typename"}


def append(chosen: Selected, view: View, given: Mapping[str, Any], values: Values, out: list[bytes]) -> bool:
    """Append the JSON of a root field that is a page of a run. False, and nothing appended, for any other."""
    shape = chosen.shape
    assert shape is not None
    run = RUNS[chosen.name](view, **given)
    if run is None:
        return False
    begun = len(out)
    mark = b"{"
    for part in shape.fields:
        out.append(mark + part.key)
        mark = b","
        if part.name == "nodes":
            assert part.shape is not None
            if not _rows(run, part.shape, values, out):
                del out[begun:]
                return False
        elif part.name == "total_count":
            out.append(b"%d" % run.total)
        elif part.name == "page_info":
            render(_page_info(run, view), part, values, out)
        else:
            out.append(cell(shape.type_name))
    out.append(b"}")
    return True


def is_page(chosen: Selected) -> bool:
    """Whether a root field selects what `append` knows."""
    shape = chosen.shape
    if chosen.name not in RUNS or shape is None or not shape.fields:
        return False
    nodes = [part.shape for part in shape.fields if part.name == "nodes"]
    return all(part.name in _OF_PAGE for part in shape.fields) and all(one and one.fields for one in nodes)


def _page_info(run: Run, view: View) -> paging.PageInfo:
    return paging.page_info(run.begin, run.count, run.total, view.snapshot.snapshot_id, run.asked)


def _rows(run: Run, shape: Shape, values: Values, out: list[bytes]) -> bool:
    """Append the array of a run's rows. False where it takes more than joining texts."""
    kept = values.blocks
    if kept is None:
        rows = run.rows()
        texts = units_of(rows, shape, values, [rows.count])
    else:
        found = _texts(run, shape, values, kept)
        if found is None:
            return False
        texts = found
    if len(texts) == 1:
        out += (b"[", texts[0], b"]")
        return True
    joined = [b","] * (2 * len(texts) + 1)
    joined[1::2] = texts
    joined[0], joined[-1] = b"[", b"]"
    out += joined
    return True


def _texts(run: Run, shape: Shape, values: Values, kept: Kept) -> list[bytes] | None:
    """The text of each unit, cut where the page begins or ends within it; None where it cannot be cut."""
    group = kept.group(run.space, shape.key(values, run.alike))
    texts = list(map(group.texts.get, range(run.low, run.high)))
    missing = [run.low + place for place, text in enumerate(texts) if text is None] if None in texts else ()
    kept.blocks.hits += len(texts) - len(missing)
    if missing:
        kept.blocks.misses += len(missing)
        keys = range(run.low, run.high) if len(missing) == len(texts) else missing
        rows = run.of_keys(keys)
        if rows.units is None:
            return None
        made = units_of(rows, shape, values, rows.units.sizes)
        kept.blocks.put(group, keys, made)
        kept.missed(group, rows.units, shape, values)
        for key, text in zip(keys, made, strict=True):
            texts[key - run.low] = text
    found = [text for text in texts if text is not None]
    return found if run.part is None else _cut(run, found, shape)


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
