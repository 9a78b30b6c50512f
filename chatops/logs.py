"""Structured logs, one JSON object a line, ids only: never a customer's words, name or handle."""

import io
import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


class _Unfailing(io.TextIOBase):
    """stderr, which may be a file on a full disk: a line must not fail what it tells of."""

    def write(self, line: str) -> int:
        with suppress(OSError):
            sys.stderr.write(line)
        return len(line)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def to_stderr(level: int = logging.INFO) -> None:
    """Write logs as JSON lines to stderr, the libraries' warnings too."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        # structlog writes and flushes, and asks a file for nothing else
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Unfailing())),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(message)s")
