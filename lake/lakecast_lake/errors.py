"""What can go wrong with a lake. Every message says where, what, and what to do."""


class LakeError(Exception):
    """A lake could not be read or written; nothing that was published before has changed.

    where: the lake, table or file. what: what is wrong with it, as a clause. remedy: what to do, as a sentence.
    reason: what the store or a library said, for operators only: it may hold addresses and the words of others.
    """

    def __init__(self, where: str, what: str, remedy: str, reason: str = "") -> None:
        self.where = where
        self.what = what
        self.remedy = remedy
        self.reason = reason
        super().__init__(f"{where}: {self.detail}. {remedy}")

    @property
    def detail(self) -> str:
        """What is wrong, with the reason."""
        return f"{self.what} ({self.reason})" if self.reason else self.what


class LakeNotFound(LakeError):
    """There is no lake, or nothing was published in it yet."""


class LakeUnreadable(LakeError):
    """The store, a table's log or one of its files cannot be read."""


class FilesMissing(LakeUnreadable):
    """Files that a version names are not in the store: something else than our vacuum has removed them."""


class TableMissing(LakeError):
    """The lake has no such table."""


class VersionMissing(LakeError):
    """A table has no such version, or the version holds nothing of the data set."""


class SnapshotGone(LakeError):
    """No such snapshot is retained."""


class Superseded(LakeError):
    """A newer run of the same data set has been published meanwhile."""


class Contended(LakeError):
    """Too many writers at once: the retries are used up."""


class StoreUnsafe(LakeError):
    """The store does not honour conditional puts, so that two writers could overwrite each other."""


class BadSetting(LakeError):
    """An address or a setting of a lake cannot be used as it was given."""


class BadWrite(LakeError):
    """The caller asked for a write that this package never does: a defect of the program, not of what it was given."""


class BadResults(LakeError):
    """A folder of results made elsewhere cannot be imported."""
