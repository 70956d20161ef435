/* Rows of JSON from columns of it: what `interleaving.py` does in Python, some ten times as fast.

   A row is put together from its sources in order, and rows of a unit are joined by commas. Texts are copied in blocks
   of 16 bytes where as many may be read; the output always has room for a block more than is written. `Cells` are a
   source laid out beforehand, so that rows in its midst are found at once. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 32 /* most texts are shorter: they are copied without asking how long they are */
#define LANE 16
#define MOST (PY_SSIZE_T_MAX / 16) /* rows, or bytes: sums of two and four times as much do not overflow */

typedef enum { SHARED, CELLS, PICKS, DIGITS, LAID } Kind;

typedef struct {
    const char *text;
    Py_ssize_t size;
} Text;

typedef struct {
    Kind kind;
    const char *text;    /* SHARED, LAID: the text, padded; DIGITS: where the next number begins */
    const char *end;     /* DIGITS: end of the last number */
    int left;            /* DIGITS: whether there were any */
    Py_ssize_t size;     /* SHARED: bytes of the text */
    const uint32_t *at;  /* LAID: where each row's cell begins in `text`, one byte after the end of the one before */
    PyObject *cells;     /* CELLS, PICKS: a list of bytes */
    const int32_t *code; /* PICKS: which text each row shows */
    Py_buffer codes;     /* PICKS: holds `code` */
    Text *texts;         /* PICKS: `cells` one after the other, padded */
    char *owned;         /* memory of `text` and `texts` */
} Source;

/* A source laid out: the cell of each row, or which of some texts it is. */
typedef struct {
    PyObject_HEAD
    Py_ssize_t rows;
    Py_ssize_t nbytes;
    uint32_t *at;  /* (rows + 1,) as in `Source`; NULL where rows pick from `texts` */
    int32_t *code; /* (rows,) */
    char *owned;   /* the padded cells, or `texts` and theirs */
} Cells;

static PyTypeObject CellsType;

static inline char *put(char *to, const char *from, Py_ssize_t size)
{
    /* Texts of bytes objects may end where memory does: only padded ones are copied beyond their end. */
    memcpy(to, from, (size_t)size);
    return to + size;
}

static inline char *put_padded(char *to, const char *from, Py_ssize_t size)
{
    Py_ssize_t done = 0;
    do {
        memcpy(to + done, from + done, BLOCK);
        done += BLOCK;
    } while (done < size);
    return to + size;
}

/* Copies the next number and steps over the comma or bracket behind it. */
static inline char *put_number(char *to, Source *source)
{
    const char *from = source->text;
#if defined(__SSE2__)
    while (source->end - from >= LANE) {
        typedef char Bytes __attribute__((vector_size(LANE)));
        Bytes block;
        memcpy(&block, from, LANE);
        memcpy(to, &block, LANE);
        unsigned commas = (unsigned)__builtin_ia32_pmovmskb128((Bytes)(block == ','));
        if (commas) {
            int size = __builtin_ctz(commas);
            source->text = from + size + 1;
            return to + size;
        }
        from += LANE;
        to += LANE;
    }
#endif
    while (from < source->end && *from != ',')
        *to++ = *from++;
    source->text = from + 1;
    return to;
}

/* Adds what is not negative; -1 with an error set where it is more than any memory holds. */
static int add(Py_ssize_t *total, Py_ssize_t more)
{
    if (more > MOST || *total > MOST - more)
        return PyErr_SetString(PyExc_ValueError, "there are more rows or bytes than any memory holds"), -1;
    *total += more;
    return 0;
}

static char *padded(const char *text, Py_ssize_t size)
{
    char *copy = PyMem_Malloc((size_t)size + BLOCK);
    if (copy != NULL)
        memcpy(copy, text, (size_t)size);
    return copy;
}

/* Copies the texts that rows pick from to where they can be read in blocks; -1 with an error set. */
static int pad_picks(Source *source)
{
    Py_ssize_t known = PyList_GET_SIZE(source->cells), total = 0;
    for (Py_ssize_t place = 0; place < known; place++) {
        PyObject *cell = PyList_GET_ITEM(source->cells, place);
        if (!PyBytes_CheckExact(cell))
            return PyErr_SetString(PyExc_TypeError, "a text is no bytes"), -1;
        if (add(&total, PyBytes_GET_SIZE(cell)) < 0)
            return -1;
    }
    source->owned = PyMem_Malloc((size_t)known * sizeof(Text) + (size_t)total + BLOCK);
    if (source->owned == NULL)
        return PyErr_NoMemory(), -1;
    source->texts = (Text *)source->owned;
    char *to = source->owned + (size_t)known * sizeof(Text);
    for (Py_ssize_t place = 0; place < known; place++) {
        PyObject *cell = PyList_GET_ITEM(source->cells, place);
        source->texts[place] = (Text){to, PyBytes_GET_SIZE(cell)};
        to = put(to, PyBytes_AS_STRING(cell), PyBytes_GET_SIZE(cell));
    }
    return 0;
}

static int not_a_source(void)
{
    PyErr_SetString(PyExc_TypeError, "a source is bytes, a list of bytes, (digits,), (texts, codes) or Cells");
    return -1;
}

static int prepare_cells(Cells *given, Py_ssize_t first, Py_ssize_t rows, Source *source)
{
    if (first > given->rows - rows) {
        PyErr_SetString(PyExc_ValueError, "cells end before the rows do");
        return -1;
    }
    source->kind = given->at != NULL ? LAID : PICKS;
    if (given->at != NULL) {
        source->text = given->owned;
        source->at = given->at + first;
    } else {
        source->texts = (Text *)given->owned;
        source->code = given->code + first;
    }
    return 0;
}

/* Reads what a source is; -1 with an error set where it is none, or has no cells for `rows` rows from `first` on. */
static int prepare(PyObject *given, Py_ssize_t first, Py_ssize_t rows, Source *source)
{
    if (Py_TYPE(given) == &CellsType)
        return prepare_cells((Cells *)given, first, rows, source);
    if (PyBytes_CheckExact(given)) {
        source->kind = SHARED;
        source->size = PyBytes_GET_SIZE(given);
        source->text = source->owned = padded(PyBytes_AS_STRING(given), source->size);
        return source->owned == NULL ? (PyErr_NoMemory(), -1) : 0;
    }
    if (PyList_CheckExact(given)) {
        source->kind = CELLS;
        source->cells = given;
        if (PyList_GET_SIZE(given) != rows) {
            PyErr_SetString(PyExc_ValueError, "a list has another number of cells than there are rows");
            return -1;
        }
        return 0;
    }
    if (!PyTuple_Check(given))
        return not_a_source();
    if (PyTuple_GET_SIZE(given) == 1) {
        PyObject *text = PyTuple_GET_ITEM(given, 0);
        if (!PyBytes_CheckExact(text) || PyBytes_GET_SIZE(text) < 2)
            return not_a_source();
        source->kind = DIGITS;
        source->text = PyBytes_AS_STRING(text) + 1;
        source->end = source->text + PyBytes_GET_SIZE(text) - 2;
        source->left = source->end > source->text;
        return 0;
    }
    if (PyTuple_GET_SIZE(given) != 2 || !PyList_CheckExact(PyTuple_GET_ITEM(given, 0)))
        return not_a_source();
    source->kind = PICKS;
    source->cells = PyTuple_GET_ITEM(given, 0);
    if (PyObject_GetBuffer(PyTuple_GET_ITEM(given, 1), &source->codes, PyBUF_ND | PyBUF_FORMAT) < 0)
        return -1;
    if (source->codes.itemsize != 4 || source->codes.format == NULL || strcmp(source->codes.format, "i") != 0 ||
        source->codes.len != 4 * rows) {
        PyErr_SetString(PyExc_ValueError, "codes are one contiguous int32 per row");
        return -1;
    }
    source->code = source->codes.buf;
    Py_ssize_t known = PyList_GET_SIZE(source->cells);
    for (Py_ssize_t row = 0; row < rows; row++)
        if (source->code[row] < 0 || source->code[row] >= known) {
            PyErr_SetString(PyExc_ValueError, "a code names no text");
            return -1;
        }
    return pad_picks(source);
}

/* Bytes of all cells of a source; -1 with an error set where one of them is no text. */
static Py_ssize_t bytes_of(const Source *source, Py_ssize_t rows)
{
    if (source->kind == SHARED) {
        if (source->size > 0 && rows > MOST / source->size)
            return PyErr_SetString(PyExc_ValueError, "there are more rows or bytes than any memory holds"), -1;
        return rows * source->size;
    }
    if (source->kind == DIGITS) /* with their commas */
        return source->end - source->text;
    if (source->kind == LAID)
        return (Py_ssize_t)source->at[rows] - source->at[0];
    Py_ssize_t total = 0;
    for (Py_ssize_t row = 0; row < rows; row++) {
        if (source->kind == CELLS && !PyBytes_CheckExact(PyList_GET_ITEM(source->cells, row)))
            return not_a_source();
        Py_ssize_t size = source->kind == PICKS ? source->texts[source->code[row]].size
                                                : PyBytes_GET_SIZE(PyList_GET_ITEM(source->cells, row));
        if (add(&total, size) < 0)
            return -1;
    }
    return total;
}

/* Writes a row; NULL with an error set where a source has no number for it. */
static char *put_row(char *to, Source *sources, Py_ssize_t count, Py_ssize_t row)
{
    for (Source *source = sources; source < sources + count; source++) {
        if (source->kind == SHARED)
            to = put_padded(to, source->text, source->size);
        else if (source->kind == DIGITS) {
            if (source->text >= source->end)
                return PyErr_SetString(PyExc_ValueError, "there are fewer numbers than rows"), NULL;
            to = put_number(to, source);
        } else if (source->kind == LAID) {
            const uint32_t *at = source->at + row;
            to = put_padded(to, source->text + at[0], (Py_ssize_t)(at[1] - at[0]) - 1);
        } else if (source->kind == PICKS) {
            const Text *text = &source->texts[source->code[row]];
            to = put_padded(to, text->text, text->size);
        } else {
            PyObject *cell = PyList_GET_ITEM(source->cells, row);
            to = put(to, PyBytes_AS_STRING(cell), PyBytes_GET_SIZE(cell));
        }
    }
    return to;
}

/* Writes the rows first:last, joined by commas; the end of what was written, NULL with an error set. */
static char *put_rows(char *to, Source *sources, Py_ssize_t count, Py_ssize_t first, Py_ssize_t last)
{
    for (Py_ssize_t row = first; row < last; row++) {
        to = put_row(to, sources, count, row);
        if (to == NULL)
            return NULL;
        *to++ = ',';
    }
    return first < last ? to - 1 : to;
}

/* After the last row: -1 with an error set where a source still has numbers. */
static int used_up(const Source *source)
{
    if (source->kind == DIGITS && source->left && source->text <= source->end)
        return PyErr_SetString(PyExc_ValueError, "there are more numbers than rows"), -1;
    return 0;
}

/* Some rows, prepared to be written. */
typedef struct {
    Source *sources;
    Py_ssize_t count; /* of sources */
    Py_ssize_t rows;
    Py_ssize_t most;  /* bytes that the rows take at most, and a block */
} Rows;

static void release(Source *source)
{
    PyMem_Free(source->owned);
    if (source->codes.obj != NULL)
        PyBuffer_Release(&source->codes);
}

static void release_rows(Rows *rows)
{
    for (Py_ssize_t place = 0; place < rows->count; place++)
        release(&rows->sources[place]);
    PyMem_Free(rows->sources);
}

/* Prepares rows from `first` on; -1 with an error set. To be released in either case. */
static int prepare_rows(PyObject *sources, Py_ssize_t first, Py_ssize_t count, Rows *rows)
{
    Py_ssize_t size;
    if (!PyList_CheckExact(sources))
        return PyErr_SetString(PyExc_TypeError, "sources are a list"), -1;
    rows->sources = PyMem_Calloc((size_t)PyList_GET_SIZE(sources) + 1, sizeof(Source));
    if (rows->sources == NULL)
        return PyErr_NoMemory(), -1;
    rows->count = PyList_GET_SIZE(sources);
    rows->rows = count;
    rows->most = BLOCK;
    if (add(&rows->most, count) < 0)
        return -1;
    for (Py_ssize_t place = 0; place < rows->count; place++) {
        Source *source = &rows->sources[place];
        if (prepare(PyList_GET_ITEM(sources, place), first, count, source) < 0 || (size = bytes_of(source, count)) < 0)
            return -1;
        if (add(&rows->most, size) < 0)
            return -1;
    }
    return 0;
}

/* After the last row: -1 with an error set where a source still has numbers. */
static int all_used_up(const Rows *rows)
{
    for (Py_ssize_t place = 0; place < rows->count; place++)
        if (used_up(&rows->sources[place]) < 0)
            return -1;
    return 0;
}

/* The texts of units of `sizes` rows each, as a list of bytes. */
static PyObject *units(Rows *rows, PyObject *sizes)
{
    Py_ssize_t many = PyList_GET_SIZE(sizes), row = 0;
    char *room = PyMem_Malloc((size_t)rows->most), *end = room;
    PyObject *texts = PyList_New(many);
    if (room == NULL && !PyErr_Occurred())
        PyErr_NoMemory();
    for (Py_ssize_t unit = 0; !PyErr_Occurred() && unit < many; unit++) {
        Py_ssize_t last = row + PyLong_AsSsize_t(PyList_GET_ITEM(sizes, unit));
        end = put_rows(room, rows->sources, rows->count, row, last);
        row = last;
        PyObject *text = end == NULL ? NULL : PyBytes_FromStringAndSize(room, end - room);
        if (text != NULL)
            PyList_SET_ITEM(texts, unit, text);
    }
    PyMem_Free(room);
    if (PyErr_Occurred() || all_used_up(rows) < 0)
        Py_CLEAR(texts);
    return texts;
}

static Py_ssize_t sum(PyObject *sizes)
{
    Py_ssize_t rows = 0;
    for (Py_ssize_t unit = 0; unit < PyList_GET_SIZE(sizes); unit++) {
        Py_ssize_t size = PyLong_AsSsize_t(PyList_GET_ITEM(sizes, unit));
        if (size < 0) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "a unit has no negative number of rows");
            return -1;
        }
        if (add(&rows, size) < 0)
            return -1;
    }
    return rows;
}

static PyObject *interleave(PyObject *module, PyObject *const *given, Py_ssize_t arguments)
{
    (void)module;
    if (arguments != 2 || !PyList_CheckExact(given[1])) {
        PyErr_SetString(PyExc_TypeError, "interleave takes a list of sources and a list of sizes");
        return NULL;
    }
    Rows rows = {0};
    Py_ssize_t count = sum(given[1]);
    PyObject *texts = count < 0 || prepare_rows(given[0], 0, count, &rows) < 0 ? NULL : units(&rows, given[1]);
    release_rows(&rows);
    return texts;
}

/* Prepares a piece of `joined`: a text, or (sources, rows, first); -1 with an error set. */
static int prepare_piece(PyObject *piece, Rows *rows)
{
    if (PyBytes_CheckExact(piece)) {
        rows->most = PyBytes_GET_SIZE(piece);
        return 0;
    }
    if (!PyTuple_Check(piece) || PyTuple_GET_SIZE(piece) != 3)
        return PyErr_SetString(PyExc_TypeError, "a piece is bytes or (sources, rows, first)"), -1;
    Py_ssize_t count = PyLong_AsSsize_t(PyTuple_GET_ITEM(piece, 1)), first = PyLong_AsSsize_t(PyTuple_GET_ITEM(piece, 2));
    if (PyErr_Occurred())
        return -1;
    if (count < 0 || first < 0)
        return PyErr_SetString(PyExc_ValueError, "there is no negative row"), -1;
    return prepare_rows(PyTuple_GET_ITEM(piece, 0), first, count, rows);
}

/* Writes a piece; the end of what was written, NULL with an error set. */
static char *put_piece(char *to, PyObject *piece, Rows *rows)
{
    if (PyBytes_CheckExact(piece))
        return put(to, PyBytes_AS_STRING(piece), PyBytes_GET_SIZE(piece));
    to = put_rows(to, rows->sources, rows->count, 0, rows->rows);
    return to == NULL || all_used_up(rows) < 0 ? NULL : to;
}

/* A large answer is written once, where it stays: to copy it would cost as much as to make it. */
static PyObject *joined(PyObject *module, PyObject *pieces)
{
    (void)module;
    if (!PyList_CheckExact(pieces))
        return PyErr_SetString(PyExc_TypeError, "joined takes a list of pieces"), NULL;
    Py_ssize_t count = PyList_GET_SIZE(pieces), most = 0, place = 0;
    Rows *rows = PyMem_Calloc((size_t)count + 1, sizeof(Rows));
    if (rows == NULL)
        return PyErr_NoMemory();
    while (place < count && prepare_piece(PyList_GET_ITEM(pieces, place), &rows[place]) == 0 &&
           add(&most, rows[place].most) == 0)
        place++;
    PyObject *text = PyErr_Occurred() ? NULL : PyBytes_FromStringAndSize(NULL, most);
    char *to = text == NULL ? NULL : PyBytes_AS_STRING(text);
    for (place = 0; to != NULL && place < count; place++)
        to = put_piece(to, PyList_GET_ITEM(pieces, place), &rows[place]);
    if (to == NULL)
        Py_CLEAR(text);
    else
        _PyBytes_Resize(&text, to - PyBytes_AS_STRING(text));
    for (place = 0; place < count; place++)
        release_rows(&rows[place]);
    PyMem_Free(rows);
    return text;
}

/* Lays out the cells of a source one after the other, a byte between them; -1 with an error set. */
static int lay(Cells *cells, Source *source, Py_ssize_t size)
{
    Py_ssize_t rows = cells->rows, room = size + rows + BLOCK;
    if (room > UINT32_MAX)
        return PyErr_SetString(PyExc_ValueError, "a column of cells is longer than 4 GB"), -1;
    cells->at = PyMem_Malloc((size_t)(rows + 1) * sizeof(uint32_t));
    cells->owned = PyMem_Malloc((size_t)room);
    if (cells->at == NULL || cells->owned == NULL)
        return PyErr_NoMemory(), -1;
    cells->nbytes = room + (rows + 1) * (Py_ssize_t)sizeof(uint32_t);
    char *to = cells->owned;
    for (Py_ssize_t row = 0; row < rows; row++) {
        cells->at[row] = (uint32_t)(to - cells->owned);
        to = put_row(to, source, 1, row);
        if (to == NULL)
            return -1;
        *to++ = ',';
    }
    cells->at[rows] = (uint32_t)(to - cells->owned);
    return used_up(source);
}

/* Keeps the texts that rows pick from, and which; -1 with an error set. */
static int keep_picks(Cells *cells, Source *source)
{
    size_t size = (size_t)cells->rows * sizeof(int32_t);
    cells->code = PyMem_Malloc(size + 1);
    if (cells->code == NULL)
        return PyErr_NoMemory(), -1;
    memcpy(cells->code, source->code, size);
    cells->owned = source->owned;
    source->owned = NULL;
    cells->nbytes = (Py_ssize_t)size;
    for (Py_ssize_t place = 0; place < PyList_GET_SIZE(source->cells); place++)
        cells->nbytes += (Py_ssize_t)sizeof(Text) + source->texts[place].size;
    return 0;
}

static PyObject *new_cells(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    PyObject *given;
    Py_ssize_t rows, size;
    static char *known[] = {"source", "rows", NULL};
    if (!PyArg_ParseTupleAndKeywords(arguments, names, "On:Cells", known, &given, &rows))
        return NULL;
    if (rows < 0)
        return PyErr_SetString(PyExc_ValueError, "there is no negative number of rows"), NULL;
    if (rows > MOST)
        return PyErr_SetString(PyExc_ValueError, "there are more rows or bytes than any memory holds"), NULL;
    Cells *cells = (Cells *)type->tp_alloc(type, 0);
    if (cells == NULL)
        return NULL;
    cells->rows = rows;
    Source source = {0};
    int failed = prepare(given, 0, rows, &source) < 0 || (size = bytes_of(&source, rows)) < 0 ||
                 (source.kind == PICKS && source.cells != NULL ? keep_picks(cells, &source) : lay(cells, &source, size)) < 0;
    release(&source);
    if (failed)
        Py_CLEAR(cells);
    return (PyObject *)cells;
}

static void free_cells(Cells *cells)
{
    PyMem_Free(cells->at);
    PyMem_Free(cells->code);
    PyMem_Free(cells->owned);
    Py_TYPE(cells)->tp_free((PyObject *)cells);
}

static PyMemberDef members[] = {
    {"nbytes", T_PYSSIZET, offsetof(Cells, nbytes), READONLY, "Bytes that the cells take."},
    {NULL, 0, 0, 0, NULL},
};

static PyTypeObject CellsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "lakecast_graphql.rows._interleave.Cells",
    .tp_basicsize = sizeof(Cells),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "Cells(source, rows)\n--\n\nSee `lakecast_graphql.rows.interleaving`.",
    .tp_new = new_cells,
    .tp_dealloc = (destructor)free_cells,
    .tp_members = members,
};

static PyMethodDef methods[] = {
    {"interleave", (PyCFunction)(void (*)(void))interleave, METH_FASTCALL,
     "interleave(sources, sizes)\n--\n\nSee `lakecast_graphql.rows.interleaving`."},
    {"joined", joined, METH_O, "joined(pieces)\n--\n\nSee `lakecast_graphql.rows.interleaving`."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_interleave", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__interleave(void)
{
    PyObject *made = PyType_Ready(&CellsType) < 0 ? NULL : PyModule_Create(&module);
    if (made != NULL && PyModule_AddObjectRef(made, "Cells", (PyObject *)&CellsType) < 0)
        Py_CLEAR(made);
    return made;
}
