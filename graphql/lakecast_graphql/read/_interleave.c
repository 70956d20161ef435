/* Rows of JSON from columns of it: what `interleaving.py` does in Python, some ten times as fast.

   A row is put together from its sources in order, and rows of a unit are joined by commas. Texts are copied in blocks
   of 16 bytes where as many may be read; the output always has room for a block more than is written. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 16

typedef enum { SHARED, CELLS, PICKS, DIGITS } Kind;

typedef struct {
    const char *text;
    Py_ssize_t size;
} Text;

typedef struct {
    Kind kind;
    const char *text;    /* SHARED: the text, padded; DIGITS: where the next number begins */
    const char *end;     /* DIGITS: end of the last number */
    int left;            /* DIGITS: whether there were any */
    Py_ssize_t size;     /* SHARED: bytes of the text */
    PyObject *cells;     /* CELLS, PICKS: a list of bytes */
    const int32_t *code; /* PICKS: which text each row shows */
    Py_buffer codes;     /* PICKS: holds `code` */
    Text *texts;         /* PICKS: `cells` one after the other, padded */
    char *owned;         /* memory of `text` and `texts` */
} Source;

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
    while (source->end - from >= BLOCK) {
        typedef char Bytes __attribute__((vector_size(BLOCK)));
        Bytes block;
        memcpy(&block, from, BLOCK);
        memcpy(to, &block, BLOCK);
        unsigned commas = (unsigned)__builtin_ia32_pmovmskb128((Bytes)(block == ','));
        if (commas) {
            int size = __builtin_ctz(commas);
            source->text = from + size + 1;
            return to + size;
        }
        from += BLOCK;
        to += BLOCK;
    }
#endif
    while (from < source->end && *from != ',')
        *to++ = *from++;
    source->text = from + 1;
    return to;
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
        total += PyBytes_GET_SIZE(cell);
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
    PyErr_SetString(PyExc_TypeError, "a source is bytes, a list of bytes, (digits,) or (texts, codes)");
    return -1;
}

/* Reads what a source is; -1 with an error set where it is none, or has not `rows` cells. */
static int prepare(PyObject *given, Py_ssize_t rows, Source *source)
{
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
    if (source->kind == SHARED)
        return rows * source->size;
    if (source->kind == DIGITS) /* with their commas */
        return source->end - source->text;
    Py_ssize_t total = 0;
    for (Py_ssize_t row = 0; row < rows; row++) {
        if (source->kind == PICKS)
            total += source->texts[source->code[row]].size;
        else if (PyBytes_CheckExact(PyList_GET_ITEM(source->cells, row)))
            total += PyBytes_GET_SIZE(PyList_GET_ITEM(source->cells, row));
        else
            return not_a_source();
    }
    return total;
}

/* Writes a row; NULL where a source has no number for it. */
static char *put_row(char *to, Source *sources, Py_ssize_t count, Py_ssize_t row)
{
    for (Source *source = sources; source < sources + count; source++) {
        if (source->kind == SHARED)
            to = put_padded(to, source->text, source->size);
        else if (source->kind == DIGITS) {
            if (source->text >= source->end)
                return NULL;
            to = put_number(to, source);
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
        if (to == NULL) {
            PyErr_SetString(PyExc_ValueError, "there are fewer numbers than rows");
            return NULL;
        }
        *to++ = ',';
    }
    return first < last ? to - 1 : to;
}

/* The texts of units of `sizes` rows each, as a list of bytes; all of them fit into `most` bytes. */
static PyObject *units(Source *sources, Py_ssize_t count, PyObject *sizes, Py_ssize_t most)
{
    Py_ssize_t many = PyList_GET_SIZE(sizes), row = 0;
    /* A unit alone is written where it stays: to copy a large one costs as much as to make it. */
    PyObject *alone = many == 1 ? PyBytes_FromStringAndSize(NULL, most) : NULL;
    char *room = many == 1 ? (alone ? PyBytes_AS_STRING(alone) : NULL) : PyMem_Malloc((size_t)most);
    PyObject *texts = PyList_New(many);
    if (room == NULL && alone == NULL && !PyErr_Occurred())
        PyErr_NoMemory();
    for (Py_ssize_t unit = 0; !PyErr_Occurred() && unit < many; unit++) {
        Py_ssize_t last = row + PyLong_AsSsize_t(PyList_GET_ITEM(sizes, unit));
        char *end = put_rows(room, sources, count, row, last);
        row = last;
        if (end == NULL)
            break;
        PyObject *text = alone;
        if (alone != NULL)
            alone = NULL, _PyBytes_Resize(&text, end - room);
        else
            text = PyBytes_FromStringAndSize(room, end - room);
        if (text != NULL)
            PyList_SET_ITEM(texts, unit, text);
    }
    if (many != 1)
        PyMem_Free(room);
    Py_XDECREF(alone);
    for (Source *source = sources; source < sources + count; source++)
        if (!PyErr_Occurred() && source->kind == DIGITS && source->left && source->text <= source->end)
            PyErr_SetString(PyExc_ValueError, "there are more numbers than rows");
    if (PyErr_Occurred())
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
        rows += size;
    }
    return rows;
}

static PyObject *interleave(PyObject *module, PyObject *const *given, Py_ssize_t arguments)
{
    (void)module;
    if (arguments != 2 || !PyList_CheckExact(given[0]) || !PyList_CheckExact(given[1])) {
        PyErr_SetString(PyExc_TypeError, "interleave takes a list of sources and a list of sizes");
        return NULL;
    }
    Py_ssize_t count = PyList_GET_SIZE(given[0]), rows = sum(given[1]), total;
    if (rows < 0)
        return NULL;
    PyObject *texts = NULL;
    Source *sources = PyMem_Calloc((size_t)count + 1, sizeof(Source));
    if (sources == NULL)
        return PyErr_NoMemory();
    total = rows + BLOCK;
    for (Py_ssize_t place = 0; place < count; place++) {
        Py_ssize_t size;
        if (prepare(PyList_GET_ITEM(given[0], place), rows, &sources[place]) < 0 ||
            (size = bytes_of(&sources[place], rows)) < 0)
            goto done;
        total += size;
    }
    texts = units(sources, count, given[1], total);
done:
    for (Py_ssize_t place = 0; place < count; place++) {
        PyMem_Free(sources[place].owned);
        if (sources[place].codes.obj != NULL)
            PyBuffer_Release(&sources[place].codes);
    }
    PyMem_Free(sources);
    return texts;
}

static PyMethodDef methods[] = {
    {"interleave", (PyCFunction)(void (*)(void))interleave, METH_FASTCALL,
     "interleave(sources, sizes)\n--\n\nSee `lakecast_graphql.read.interleaving`."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_interleave", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__interleave(void) { return PyModule_Create(&module); }
