# Everything one does with the book. `make` alone lists it.
# Each verb installs what it needs first and may be run again after an interruption.

PYTHON ?= python3
BIN := .venv/bin
CHAPTER ?=
SITE := _build/html
# Two notebooks side by side, never one with two threads: runs are then equal bit by bit.
export OMP_NUM_THREADS := 1

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

.PHONY: help
help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# --- Reading and working --------------------------------------------------------------

.PHONY: serve site lab
serve: site ## build the site and serve it here; PORT=8123 chooses the port
	@$(BIN)/python -m c2a.publishing.serve $(SITE) $(if $(PORT),--port $(PORT))

site: environment-site ## build the site from the notebooks as committed
	@$(BIN)/python -m c2a.publishing.build

lab: environment-all ## work the chapters and exercises in JupyterLab
	@$(BIN)/jupyter trust book/*.ipynb exercises/*.ipynb >/dev/null
	@$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root)

# --- Checking -------------------------------------------------------------------------

# Files side by side, in the order of conftest.py: the longest first.
TWO := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: test quick lint types notebooks tests fast smoke
test: environment-all ## everything, from lint to browser; 30 minutes at most
	@$(MAKE) --keep-going lint types smoke notebooks tests

quick: environment-all ## lint, the fast tests, changed chapters in small; 3 minutes at most
	@$(MAKE) --keep-going lint smoke fast CHANGED=--changed

lint: environment-all ## style of code and notebooks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: environment-all
	$(BIN)/mypy c2a

notebooks: export C2A_PROGRESS := 0
notebooks: environment-all ## run the chapters again and compare with what is committed
	$(BIN)/pytest --nbval book $(TWO) --nbval-current-env \
		--nbval-kernel-startup-timeout 600 \
		--nbval-sanitize-with tests/notebooks/sanitize.cfg

tests: environment-all ## the tests of the package, the notebooks and the site
	$(BIN)/pytest $(TWO)

fast: environment-all
	$(BIN)/pytest $(TWO) -m "not slow and not browser"

smoke: environment-all
	$(BIN)/python -m c2a.publishing.execute --scale smoke $(CHANGED) $(CHAPTER)

# --- Writing --------------------------------------------------------------------------

.PHONY: chapter book weights export release format picture
chapter: environment-all ## lay out a new chapter: NN=03
	@$(BIN)/python -m c2a.publishing.new_chapter $(NN)

book: environment-all ## run the chapters and keep their outputs; CHAPTER=02 runs one
	$(BIN)/python -m c2a.publishing.execute --scale cpu $(CHAPTER)

weights: environment-all ## train a model that ships: NAME=..., with a GPU DEVICE=cuda
	@$(BIN)/python -m c2a.publishing.weights $(NAME) $(if $(DEVICE),--device $(DEVICE))

export: environment-all ## collect the code of cells tagged `export` in c2a/chapters
	$(BIN)/python -m c2a.publishing.export

release: environment-all ## make exercises/ from solutions/
	$(BIN)/python -m c2a.publishing.release

format: environment-all ## lay out code and notebooks as `make lint` wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

picture: environment-all site ## take the README's picture of the front page
	@$(BIN)/python -m c2a.publishing.picture

# --- Grading, graphics cards, measuring -----------------------------------------------

.PHONY: grade-demo gpu bench attacks defenses
grade-demo: environment-all ## grade the submissions in examples/
	$(BIN)/c2a grade examples/submissions --chapter 02 --out _build/grade-demo

gpu: environment-all ## run the chapters with full data sets, where there is a GPU
	$(BIN)/python -m c2a.publishing.execute --scale gpu $(CHAPTER)

bench: environment-all ## grade one class here and with nbgrader, and compare
	$(BIN)/python bench/grading.py

attacks: environment-all ## try attacks on c2a, nbgrader and otter, and compare
	$(BIN)/python bench/attacks.py

defenses: environment-all ## take each defense away; a test must miss it
	$(BIN)/python bench/defenses.py

# --- Housekeeping ---------------------------------------------------------------------

.PHONY: environment-site environment-all pins clean
environment-site:
	@$(PYTHON) -I c2a/environment.py site

environment-all:
	@$(PYTHON) -I c2a/environment.py all

pins: environment-all ## renew requirements*.txt; TORCH=2.13.0 changes torch
	$(BIN)/python -m c2a.publishing.pins $(TORCH)

clean: ## remove what was built; `rm -r .venv` removes the environment too
	rm -rf _build .pytest_cache .ruff_cache .mypy_cache .hypothesis
