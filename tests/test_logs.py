"""Every line that a process writes is one JSON object, whoever wrote it."""

import json
import subprocess
import sys

import structlog
from structlog.testing import capture_logs

from chatops import logs

SAYS = """
import logging, warnings
import structlog
from chatops import logs

logs.to_stderr()
structlog.get_logger("ours").info("serve.ready", host="127.0.0.1")
logging.getLogger("theirs").warning("two\\nlines, %s", "日本語")
logging.getLogger("theirs").info("too quiet")
logging.getLogger("apscheduler.scheduler").warning("maximum number of running instances reached")
warnings.warn("old", DeprecationWarning)
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("theirs").exception("failed")
    structlog.get_logger("ours").exception("failed.too")
"""


def test_each_line_of_ours_and_of_the_libraries_is_json() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "default", "-c", SAYS], capture_output=True, check=True, timeout=60
    )
    lines = [json.loads(line) for line in run.stderr.decode().splitlines()]
    said = [(line.get("logger"), line["level"], line["event"].split(":")[0]) for line in lines]
    assert said[:2] == [
        (None, "info", "serve.ready"),
        ("theirs", "warning", "two\nlines, 日本語"),
    ]
    assert said[2][:2] == ("py.warnings", "warning")
    assert said[3:] == [("theirs", "error", "failed"), (None, "error", "failed.too")]
    assert all("timestamp" in line for line in lines)
    assert ["ZeroDivisionError" in line.get("exception", "") for line in lines[3:]] == [True] * 2


def test_who_has_logged_once_follows_what_is_set_later() -> None:
    log = structlog.get_logger("ours")
    logs.to_stderr()
    log.info("serve.ready")
    structlog.reset_defaults()
    with capture_logs() as told:
        log.info("serve.stopped")
    assert told == [{"event": "serve.stopped", "log_level": "info"}]
