"""What every part of a transaction holds."""

from datetime import datetime

from storage.statement import Db


class Part:
    """Some of a transaction's verbs. `at` is the transport time at which the transaction began."""

    def __init__(self, db: Db, at: datetime) -> None:
        self._db = db
        self._at = at
