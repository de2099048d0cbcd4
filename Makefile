# `make` alone lists the targets. Everything is installed into .venv, nothing outside it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
LOWEST := .venv-lowest
EMPTY := .venv-empty
# PyPI's PyTorch for Linux brings CUDA; give the file of a CPU build to save its gigabytes.
TORCH ?= torch==2.13.0
# Keep what Python compiles: without that, importing TensorFlow takes three times as long.
unexport PYTHONDONTWRITEBYTECODE
DEMO_RUN ?= demo-$(shell date +%Y%m%d-%H%M%S)

.DEFAULT_GOAL := help
.PHONY: help install demo test test-lowest try-lowest bench load docs dist licences celtic recipe ablation fuzz fuzz-models oracles agreement faults pictures tunes lint format clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/installed ## Make the environment .venv and install folkkeras into it

$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else f"Python {v[0]}.{v[1]} will not do: give one of 3.11 to 3.13, as in make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@echo "Installing TensorFlow and the rest into $(VENV); this takes a minute or two" >&2
	$(BIN)/python -m pip install --quiet --no-compile --editable '.[dev,docs,all]'
	@# Compiles what it imports, so that the first command need not.
	$(BIN)/python -c 'from folkkeras_cli.tensorflow_startup import start_tensorflow; start_tensorflow()'
	touch $@

demo: install ## Train for a few minutes on the built-in tunes, then write a tune
	$(BIN)/folk train --preset quick --name $(DEMO_RUN)
	@echo
	$(BIN)/folk sample $(DEMO_RUN)

test: install ## Run every test, two files at a time
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

$(LOWEST)/installed: pyproject.toml tests/lowest.py
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python tests/lowest.py > $(LOWEST)/constraints.txt
	$(LOWEST)/bin/python -m pip install --quiet --no-compile --constraint $(LOWEST)/constraints.txt --editable '.[dev,all]'
	touch $@

test-lowest: $(LOWEST)/installed ## Run every test with the lowest versions of all dependencies
	$(LOWEST)/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

try-lowest: $(LOWEST)/installed ## Train one step and write a tune with these versions
	$(LOWEST)/bin/folk --help > /dev/null
	$(LOWEST)/bin/folk sample celtic --complete --seed 1
	folder=$$(mktemp -d) && $(LOWEST)/bin/folk train ryans --steps 1 --units 8 --runs $$folder --name one && \
		$(LOWEST)/bin/folk sample one --runs $$folder --length 20 && rm -r $$folder

$(PEERS)/installed: Makefile
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet $(TORCH) numpy onnx onnxruntime
	touch $@

bench: install $(PEERS)/installed ## Time training and sampling beside Keras, PyTorch and ONNX Runtime
	$(BIN)/python tests/bench/reading.py
	$(BIN)/python tests/bench/bench.py --peer $(PEERS)/bin/python --out bench.json $(BENCH)

load: install ## Load and break a server of folk compose, for some minutes
	$(BIN)/python tests/bench/load.py

docs: install ## Build the guide into build/docs; any warning or broken link fails
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet --fresh-env -c docs . build/docs
	@echo build/docs/index.html

dist: install ## Build wheel and sdist into dist, check them, and install the wheel into an empty environment
	rm -rf dist $(EMPTY)
	$(BIN)/python -m build --outdir dist
	$(BIN)/twine check --strict dist/*
	$(PYTHON) -m venv $(EMPTY)
	$(EMPTY)/bin/pip install --quiet dist/*.whl  # not python -m pip, which sees the egg-info of the build here
	$(EMPTY)/bin/pip check
	$(BIN)/python tests/installed.py dist $(EMPTY)/bin/folk

licences: install ## Write docs/licences.md from the metadata of what is installed
	$(BIN)/python docs/tools/licences.py

celtic: install ## Train the pretrained model again and write its card: an hour on two cores
	$(BIN)/python docs/tools/celtic.py

tunes: install ## Draw the twenty tunes of docs/tunes.html
	$(BIN)/python docs/tools/tunes.py

RECIPE ?= oneills
recipe: install ## Train three recipes over five splits of RECIPE, a corpus: hours
	$(BIN)/python tests/bench/recipe.py $(RECIPE)

ablation: install ## Train without each group of features: an hour
	$(BIN)/python tests/bench/ablation.py oneills ryans airds

COUNT ?= 1000
TIMES ?= 43
fuzz: install ## Put COUNT mutated tunes through check, MIDI, score and sound, and 100,000 inputs through the rest
	$(BIN)/python tests/fuzz.py $(COUNT)
	FOLK_FUZZ=$(TIMES) $(BIN)/python -m pytest -q tests/test_properties.py tests/music/test_grammar.py

fuzz-models: install ## Open COUNT mutated model files
	$(BIN)/python tests/model_fuzz.py $(COUNT)

ORACLES := .oracles
oracles: $(ORACLES)/installed ## Install abcjs, a peer that tests compare with; abc2midi is Debian's package abcmidi

$(ORACLES)/installed: Makefile
	npm install --silent --prefix $(ORACLES) --save-exact abcjs@6.7.2 axe-core@4.14.1
	touch $@

FOLDERS ?=
agreement: install oracles ## Count the tunes in FOLDERS that are played note for note as abc2midi and abcjs do
	$(BIN)/python tests/agreement.py $(FOLDERS)

KILLS ?= 50
faults: install ## Kill trainings, fill disks, break files, and see what is left: half an hour
	$(BIN)/python tests/faults.py $(KILLS)

RUN ?= runs/oneills-1
pictures: install ## Draw the README's pictures from the run RUN, the page with Chromium
	PYTHONPATH=tests MPLBACKEND=agg $(BIN)/python docs/tools/pictures.py $(RUN)

lint: install ## Check format, lint, types and which room imports which
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy tests/public_names.py
	$(BIN)/lint-imports --no-cache

format: install ## Fix the format, and what lint can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove the environment and the caches, never the runs
	rm -rf $(VENV) $(PEERS) $(LOWEST) $(EMPTY) build dist docs/reference *.egg-info .mypy_cache .ruff_cache .pytest_cache
