# make sandbox   try it all on this machine, without an account (PORT=8080, REPLAY=file, PAGE_LANG=ja, PROCESSES=2 DATABASE=postgres)
# make demo-day  live a whole day in a browser, with a picture of each step (LANGS="en ja")
# make test      run the tests (ARGS=tests/test_desk.py)
# make coverage  run them measured: 95 % of all lines and branches, 100 % of the pure modules'
# make presses   press every button in every state by every role in a browser, and live the story in both languages, six minutes
# make faults    try every fault, half an hour (var/faults.json; ARGS="--database sqlite --kill 50 --only X:")
# make month     live through a month of digests, alerts and chains in three processes that die, ten minutes (DAYS=31)
# make fuzz      live 2,000 random lives of tickets in Slack and Teams with faults, twelve minutes (LIVES=2000)
# make check     format, lint, types, import contracts, dependencies
# make bench     measure the ratios (var/bench.json; ROWS="g h" measures only those)
# make format    format, and mend what ruff can mend
# make docs      write the parts of the pages that come from the code
# make locks     compile the locks anew from requirements*.in

PYTHON ?= python3
PORT ?= 8080
REPLAY ?=
ROWS ?=
PAGE_LANG ?= en
PROCESSES ?=
DATABASE ?= sqlite
LANGS ?= en ja
LIVES ?= 2000
DAYS ?= 31
BIN := .venv/bin
# Modules that do no I/O and read no clock: their tests leave no branch out
PURE := \
	arguments arranging arrival/lag arrival/language arrival/routing arrival/terms arrival/thanks behind \
	bursting calendar card card_json cards/backlog_facts cards/behind_card cards/burst_card \
	cards/chain_words cards/clock_words cards/customer_card cards/digest_card cards/doubt_card \
	cards/escalation_facts cards/event_line cards/excerpt cards/figure_labels cards/figure_words \
	cards/home_card cards/invitation_facts cards/leads cards/lengths cards/list_card cards/reaching_facts \
	cards/reply_form cards/report_card cards/report_charts cards/report_facts cards/rested_card cards/search_card \
	cards/shift_card cards/show_card cards/split_card cards/split_words cards/stage_card cards/stars_card \
	cards/thread_card cards/ticket_buttons cards/ticket_card cards/tour_card cards/transcript \
	cards/trouble_card cards/watch_words cards/who_card cards/why_card cards/why_lines chain channel \
	claiming course delivery/pace digest draft dry_run effect escalating event/__init__ event/arranging \
	event/claiming event/escalating event/idling event/kinds event/life event/moderating event/rating \
	event/replying event/watching handling hours idling levels line lookup macros measures moderating \
	narrowing oblivion periods personal_data plain policy rating replying report rollup scene shifts \
	sla/__init__ sla/alerting sla/clock sla/folding sla/moment sla/saying sla/segments sla/terms \
	sla/watching splits step tags targets terms_trial text ticket tokens unclosed vocabulary wake_times
RUN_STAMP := .venv/.run-$(shell cat requirements.lock 2>/dev/null | cksum | cut -d' ' -f1)
DEV_STAMP := .venv/.dev-$(shell cat requirements-dev.lock 2>/dev/null | cksum | cut -d' ' -f1)

.PHONY: sandbox demo-day test coverage presses faults month fuzz check bench docs locks format clean

# PostgreSQL comes in a package among those that develop.
sandbox: $(if $(filter postgres,$(DATABASE)),$(DEV_STAMP),$(RUN_STAMP))
	@$(BIN)/python -m chatops sandbox --port $(PORT) --lang $(PAGE_LANG) --database $(DATABASE) $(if $(PROCESSES),--processes $(PROCESSES)) $(if $(REPLAY),--replay $(REPLAY))

demo-day: $(DEV_STAMP)
	@$(BIN)/python -m tests.e2e.day $(LANGS)

test: $(DEV_STAMP)
	$(BIN)/python -m pytest -n 3 --dist loadgroup $(ARGS)

# Measured, the same run takes half as long again.
coverage: $(DEV_STAMP)
	$(BIN)/python -m pytest -n 3 --dist loadgroup --cov --cov-report=term:skip-covered
	$(BIN)/coverage report --fail-under=100 --include=$$(echo $(PURE:%=chatops/%.py) | tr ' ' ,)

presses: $(DEV_STAMP)
	CHATOPS_EVERY_PRESS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup tests/e2e/test_presses.py tests/e2e/test_story.py

faults: $(DEV_STAMP)
	@$(BIN)/python -m tests.faults $(ARGS)

month: $(DEV_STAMP)
	@$(BIN)/python -m tests.faults.month --days $(DAYS)

fuzz: $(DEV_STAMP)
	CHATOPS_LIVES=$(LIVES) $(BIN)/python -m pytest tests/test_two_rooms_life.py --hypothesis-show-statistics -o faulthandler_timeout=0

check: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

bench: $(DEV_STAMP)
	$(BIN)/python -m bench $(ROWS)

format: $(DEV_STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(DEV_STAMP)
	$(BIN)/python -m tests.doc_tables

locks: $(DEV_STAMP)
	$(BIN)/uv pip compile -q --generate-hashes --no-strip-extras --no-emit-index-url --no-header --universal --python-version 3.11 requirements.in -o requirements.lock
	$(BIN)/uv pip compile -q --generate-hashes --no-strip-extras --no-emit-index-url --no-header --universal --python-version 3.11 requirements-dev.in -o requirements-dev.lock

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing: on Debian and Ubuntu, apt-get install python3-venv"; exit 1; }

# Versions and hashes come from the locks; nothing else is installed.
$(RUN_STAMP): .venv/bin/python
	@echo "Installing what runs (once; about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@rm -f .venv/.run-* && touch $@

$(DEV_STAMP): .venv/bin/python
	@echo "Installing what develops (once; about two minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@rm -f .venv/.dev-* .venv/.run-* && touch $@ $(RUN_STAMP)
