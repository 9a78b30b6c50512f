"""Structured logs, one JSON object a line, ids only: never a customer's words, name or handle.

The libraries' own lines take the same way as ours, so that whoever reads the log parses every line.
"""

import io
import logging
import sys
from contextlib import suppress
from typing import Final, TextIO, cast

import structlog
from structlog.types import Processor


class _Unfailing(io.TextIOBase):
    """stderr, which may be a file on a full disk: a line must not fail what it tells of."""

    def write(self, line: str) -> int:
        with suppress(OSError):
            sys.stderr.write(line)
        return len(line)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


#: What is put into every line, whoever writes it.
_ENRICHED: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
)
_WRITTEN: Final[tuple[Processor, ...]] = (
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(ensure_ascii=False),
)


def to_stderr(level: int = logging.INFO) -> None:
    """Write logs as JSON lines to stderr, the libraries' warnings too."""
    # structlog and logging write and flush, and ask a file for nothing else
    stderr = cast("TextIO", _Unfailing())
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[*_ENRICHED, *_WRITTEN],
        logger_factory=structlog.PrintLoggerFactory(stderr),
    )
    theirs = logging.StreamHandler(stderr)
    theirs.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_ENRICHED, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_WRITTEN],
        )
    )
    root = logging.getLogger()
    root.handlers = [theirs]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    # It warns at each tick that comes while the one before runs, once a second while the database
    # is locked; /readyz says so.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
