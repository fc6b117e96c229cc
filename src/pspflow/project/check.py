"""Check a project before hours are spent: configuration, sheets and images, machine, jobs."""

import importlib.metadata
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from joblib import cpu_count

from pspflow.config import given_options, load_config
from pspflow.configfiles import check_sources
from pspflow.errors import InputError
from pspflow.project.cost import disk, dry_run, jobs_and_time
from pspflow.project.start import CHECKOUT, CONFIG
from pspflow.studies import registry
from pspflow.studies.shared.images.sheets import catalogued

SCHEDULERS: Final = {"SLURM": "sbatch", "LSF": "bsub"}


def check(studies: Sequence[str], files: Sequence[Path]) -> Iterator[str]:
    """Check what a run of snakemake in this folder would meet; yield a line for each thing found.

    Parameters
    ----------
    studies
        Those that shall run; all if none is named.
    files
        Configuration files, as snakemake's --configfile takes them.

    Raises
    ------
    InputError
        With one sentence for each fault of the configuration, a sheet or an image, and if
        snakemake cannot plan the jobs.
    """
    wanted = studies or registry.studies()
    unknown = [name for name in wanted if name not in registry.studies()]
    if unknown:
        raise InputError(f"{unknown[0]!r} is no study; give {', '.join(registry.studies())}.")
    config = load_config(_merged(files))
    count = _leaves(given_options(config))
    yield f"Configuration: run {config.run}, {count} options differ from the defaults."
    micrograph_bytes = 0.0
    for study in wanted:
        sentence, size = _images(study, getattr(getattr(config, study), "images", None))
        micrograph_bytes += size
        yield sentence
    yield from _machine()
    folder = Path("results") / config.run
    yield disk(folder, micrograph_bytes)
    yield from jobs_and_time(dry_run(studies or ["all"], files), folder)


def _merged(files: Sequence[Path]) -> dict[str, Any]:
    """Merge the configuration of this folder, or the defaults, with files, as snakemake does."""
    here = Path(CONFIG)
    sources = [here if here.exists() else CHECKOUT / CONFIG, *files]
    for path in sources:
        if not path.is_file():
            raise InputError(f"{path}: there is no such file; correct the path after --configfile.")
    check_sources(sources)
    from snakemake.utils import update_config  # noqa: PLC0415 - slow, and only used here

    merged: dict[str, Any] = {}
    for path in sources:
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: not a YAML file ({error}); correct it.") from error
        update_config(merged, values or {})
    return merged


def _leaves(values: Mapping[str, Any]) -> int:
    return sum(_leaves(each) if isinstance(each, dict) else 1 for each in values.values())


def _images(study: str, images: Any) -> tuple[str, float]:
    """Check the micrographs of a study, as its first stage does; return their bytes as well."""
    if images is None:
        return f"{study}: its first stages check the data.", 0.0
    if images.simulates:
        return f"{study}: simulates its micrographs.", 0.0
    table, files = catalogued(images.micrographs.sheet, images.catalogue, cpu_count())
    domains, specimens = table["domain"].nunique(), table["specimen"].nunique()
    return (
        f"{study}: {len(files)} images of {domains} domains and {specimens} specimens in "
        f"{images.micrographs.sheet}, all read.",
        float((table["height_px"] * table["width_px"]).sum()),  # a byte a pixel
    )


def _machine() -> Iterator[str]:
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("torch", "snakemake")]
    yield f"Software: Python {platform.python_version()}, {', '.join(versions)}."
    import torch  # noqa: PLC0415 - slow, and a faulty sheet is said before

    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    cards = [torch.cuda.get_device_name(number) for number in range(found)]
    yield f"GPU: {', '.join(cards) or 'none; networks train on the CPU'}."
    there = [name for name, command in SCHEDULERS.items() if shutil.which(command)]
    yield f"Scheduler: {', '.join(there) or 'none found'}."
