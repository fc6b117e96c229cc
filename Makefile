# The two commands of the README: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV ?= .venv
CORES ?= all
BIN := $(abspath $(VENV))/bin
READY := $(VENV)/ready
export PATH := $(BIN):$(PATH)

.PHONY: demo test test-docs test-cluster install lint types dry-runs docs schema profiles scale data-tables envs benchmarks clean
.DELETE_ON_ERROR:

demo: $(READY)
	snakemake --cores $(CORES)

# a thread each: two workers whose torch takes both cores wait for each other
test: $(READY)
	OMP_NUM_THREADS=1 python -m pytest -n 2 --dist loadgroup --durations 25

# the site, without a warning, and the commands of its pages
test-docs: $(READY)
	OMP_NUM_THREADS=1 python -m pytest -n 2 --dist loadgroup -m docs

# the workflow through schedulers, and after kills, full disks and damaged files; needs root
test-cluster: $(READY)
	OMP_NUM_THREADS=1 python -m pytest -n 2 --dist loadgroup --durations 25 -m "cluster or faults"

install: $(READY)

# torch first and by itself: any other order lets a later package choose another build of it
$(READY): pyproject.toml envs/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "pspflow needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	python -m pip install --quiet --constraint envs/constraints.txt torch==2.13.0
	python -m pip install --quiet --constraint envs/constraints.txt --editable ".[dev]"
	@touch $@

lint: $(READY)
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow/Snakefile workflow/rules
	snakemake --lint

types: $(READY)
	mypy

dry-runs: $(READY)
	for overlay in config.yaml workflow/config/*.yaml tests/config.yaml; do \
	  echo "dry run: $$overlay"; \
	  snakemake -n --quiet all --configfile $$overlay || exit 1; \
	done
	for profile in slurm lsf cards; do \
	  echo "dry run: profile $$profile"; \
	  snakemake -n --quiet all --profile $$profile || exit 1; \
	done

# the dry run of the papers' sizes, and what it asks of a cluster
scale: $(READY)
	python benchmarks/scale.py > docs/results/scale.json
	python benchmarks/scale.py --page

# the documentation as a site, in the folder site; a warning fails
docs: $(READY)
	python docs/site/build.py

schema: $(READY)
	pspflow schema > workflow/schemas/config.schema.json

profiles: $(READY)
	python workflow/profiles/write.py

data-tables: $(READY)
	python tests/data_tables.py

benchmarks: $(READY)
	python benchmarks/chips.py > benchmarks/results/chips.json
	python benchmarks/persistence.py > benchmarks/results/persistence.json
	python benchmarks/layer.py > benchmarks/results/layer.json
	python benchmarks/rule.py > benchmarks/results/rule.json
	python benchmarks/pinet.py > benchmarks/results/pinet.json
	python benchmarks/flow.py > benchmarks/results/flow.json
	python benchmarks/mechanics.py > benchmarks/results/mechanics.json
	python benchmarks/resolution.py > benchmarks/results/resolution.json
	python benchmarks/composite.py > benchmarks/results/composite.json
	python benchmarks/texture.py > benchmarks/results/texture.json
	python benchmarks/pixelcnn.py > benchmarks/results/pixelcnn.json
	python benchmarks/microstructures.py > benchmarks/results/microstructures.json
	python benchmarks/planning.py > benchmarks/results/planning.json
	python benchmarks/startup.py > benchmarks/results/startup.json
	python benchmarks/render.py > docs/benchmarks.md

clean:
	rm -rf $(VENV) .snakemake .pytest_cache .mypy_cache .ruff_cache .hypothesis site
