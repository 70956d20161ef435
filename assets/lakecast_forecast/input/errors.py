"""The error of input that stops a run."""


class InputError(Exception):
    """Input that cannot be used at all; nothing was changed.

    The message names the file and, where they are known, the row (the first row after the header is 1) and the
    column, and says what to do.
    """

    def __init__(
        self, file: str, problem: str, remedy: str, *, row: int | None = None, column: str | None = None
    ) -> None:
        self.file, self.problem, self.remedy, self.row, self.column = file, problem, remedy, row, column
        place = "".join(
            [file, f", row {row}" if row is not None else "", f", column {column}" if column is not None else ""]
        )
        super().__init__(f"{place}: {problem}. {remedy}.")

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.file, self.problem, self.remedy, self.row, self.column)


def _rebuild(file: str, problem: str, remedy: str, row: int | None, column: str | None) -> InputError:
    return InputError(file, problem, remedy, row=row, column=column)
