"""The command line: bad input ends in sentences on the terminal and in the log, never a trace."""

import errno
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

from pspflow.cli import described

DOMAINS = {"domains": [{"name": "t5", "label": "uts_mpa"}]}
GOOD = "image,domain,specimen,uts_mpa\na.tif,t5,s1,300\n"

FAULTS = {
    "two rows": (
        "image,domain,specimen,uts_mpa\na.tif,t5,s1,300\nb.tif,t7,s2,high\n",
        DOMAINS,
        [
            "sheet.csv row 3, column 'uts_mpa': 'high' is not a number; give one or leave",
            "sheet.csv row 3: domain 't7' is not one of t5; correct it or add it",
        ],
    ),
    "images": (
        GOOD + "text.tif,t5,s2,310\nnone.tif,t5,s3,320\n",
        DOMAINS,
        [
            "text.tif: not a TIFF, PNG, JPEG or BMP image; convert it to one of these.",
            "none.tif: there is no such file; correct the path in column 'image'.",
        ],
    ),
    "unknown key": (GOOD, {**DOMAINS, "domain": "t5"}, ['"domain"']),
    "wrong type": (
        GOOD,
        {**DOMAINS, "scale": {"annotation_bar_px": "many"}},
        ["scale.annotation_bar_px' is 'many': input should be a valid integer"],
    ),
    "out of range": (
        GOOD,
        {**DOMAINS, "scale": {"pixel_size_um": 0}},
        ["scale.pixel_size_um' is '0': input should be greater than 0"],
    ),
    "not JSON": (GOOD, "domains", ["key 'options' is 'domains'"]),
    "half JSON": (
        GOOD,
        '{"domains": [',
        ["no JSON near 'omains\": [': expecting value."],
    ),
    "no number": (
        GOOD,
        '{"domains": [{"name": "t5"}], "scale": {"pixel_size_um": NaN}}',
        ["should be a finite number"],
    ),
    "truth for a number": (
        GOOD,
        {**DOMAINS, "scale": {"annotation_bar_px": True}},
        ["scale.annotation_bar_px' is 'True': input should be a valid integer"],
    ),
    "key twice": (
        GOOD,
        '{"domains": [{"name": "t5"}], "domains": [{"name": "t6"}]}',
        ["Options: key 'domains' is given twice; remove one."],
    ),
    "deep key twice": (
        GOOD,
        '{"domains": [{"name": "t5", "name": "t6"}]}',
        ["Options: key 'name' is given twice; remove one."],
    ),
}


def pspflow(*arguments, **environment):
    """Run the command line."""
    return subprocess.run(
        [sys.executable, "-m", "pspflow", *map(str, arguments)],
        capture_output=True,
        env={**os.environ, **environment},
        text=True,
        check=False,
    )


def catalogue(folder, sheet, options, *more, made="made/catalogue.parquet"):
    """Run the stage `catalogue` on a sheet, beside one good image and a text file."""
    levels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    for i, name in enumerate("ab"):
        tifffile.imwrite(folder / f"{name}.tif", levels + i)
    (folder / "text.tif").write_text("no image")
    (folder / "sheet.csv").write_text(sheet)
    return pspflow(
        *("temper", "images", "catalogue"),
        *("--sheet", folder / "sheet.csv"),
        *("--catalogue", folder / made),
        *("--options", options if isinstance(options, str) else json.dumps(options)),
        *("--log", folder / "logs" / "catalogue.log"),
        *more,
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_input(tmp_path, fault):
    """A fault stops the stage with one line each, in the log too, and leaves no output."""
    sheet, options, expected = FAULTS[fault]
    done = catalogue(tmp_path, sheet, options)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == len(expected)
    for line, words in zip(lines, expected, strict=True):
        assert words in line
    where, _, said = (tmp_path / "logs" / "catalogue.log").read_text().partition("\n")
    assert " Started " in where
    assert said == done.stderr
    assert not list(tmp_path.glob("made/*"))


def test_good_input(tmp_path):
    """The same command on a faultless sheet ends well and writes the catalogue."""
    done = catalogue(tmp_path, GOOD, DOMAINS)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["catalogue.parquet"]


def test_options_given_twice(tmp_path):
    """One of them would not count."""
    done = catalogue(tmp_path, GOOD, DOMAINS, "--options", json.dumps(DOMAINS))
    assert done.returncode == 1
    assert done.stderr.endswith("Error: Options: --options is given twice; remove one.\n")


def test_init_says_what_it_guessed_and_what_comes_next(tmp_path):
    """And a wrong study is one sentence."""
    done = pspflow("init", str(tmp_path / "mine"), "--sheet", "tests/none.csv")
    assert done.returncode == 1
    assert "tests/none.csv: there is no such sheet" in done.stderr
    image = Image.fromarray(np.zeros((40, 40), np.uint8))
    image.save(tmp_path / "a.png")
    (tmp_path / "s.csv").write_text("image,domain,specimen\na.png,t5,e1\n")
    done = pspflow("init", str(tmp_path / "mine"), "--sheet", str(tmp_path / "s.csv"))
    assert done.returncode == 0
    assert "Guessed:\n  image: column 'image'." in done.stdout
    assert done.stdout.endswith("--cores all temper\n")
    done = pspflow(
        "init", str(tmp_path / "b"), "--study", "weld", "--sheet", str(tmp_path / "s.csv")
    )
    assert "--study is 'weld'; give temper or steel" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["concrete"],
            'Unknown command "concrete". Available commands: schema, status, front, init, check, '
            "arena, composite, latent and others. See pspflow --help.",
        ),
        (["temper", "images", "cut"], 'Unknown command "cut". Available commands: '),
        (["temper", "images", "split", "--sede", "3"], "See pspflow --help."),
        (
            [
                "temper",
                "transfer",
                "--model",
                "m",
                "--from",
                "t5",
                "--to",
                "t6",
                "{a}.tif",
                "b.tif",
            ],
            "{a}.tif: there is no such file; correct the path of the image.",
        ),
        (
            ["composite", "design", "--model", "m", "--out", "o", "--c11-gpa", "hard"],
            'Invalid value for --c11-gpa: unable to convert "hard" into float.',
        ),
        (["--log", "/dev/null/x.log", "temper", "report"], "/dev/null: "),
    ],
)
def test_wrong_command(arguments, words):
    """What cannot be understood is one sentence, whatever the flag."""
    done = pspflow(*arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        ("networks", "encode", "--splits", "s", "--structures", "s", "--latents", "l"),
        ("design", "--out", "designs", "--c11-gpa", "30", "--model", "m"),
    ],
)
def test_gpu_that_is_not_there(command):
    """A stage and a tool say so in one sentence, before they read anything."""
    weights = ("--weights", "w") if "encode" in command else ()
    arguments = (*command, *weights, "--device", "cuda")
    done = pspflow("composite", *arguments, CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "Error: device is 'cuda', but torch finds no GPU with CUDA on this machine;" in sentence


def test_folder_that_cannot_be_made(tmp_path):
    """A file stands where the folder of the output should be."""
    done = catalogue(tmp_path, GOOD, DOMAINS, made="a.tif/catalogue.parquet")
    assert done.returncode == 1
    (sentence,) = [line for line in done.stderr.splitlines() if "Error: " in line]
    assert sentence.endswith("a.tif: File exists; name another place to write to.")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
            "[Errno 28] No space left on device; free space there, or write elsewhere, and run "
            "again.",
        ),
        (
            PermissionError(errno.EACCES, os.strerror(errno.EACCES), "results"),
            "results: Permission denied; change its permissions, or name another place.",
        ),
        (
            FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "a.tif"),
            "a.tif: there is no such file or folder; correct the path.",
        ),
    ],
)
def test_faults_of_the_disk(error, sentence):
    """A full disk and a folder that may not be written to are no faults of the program."""
    assert described(error) == sentence


def test_fault_of_the_program():
    """What no user can correct keeps its traceback."""
    assert "ZeroDivisionError" in described(ZeroDivisionError("by zero"))


def test_output_that_nobody_reads_to_its_end():
    """`pspflow schema | head` ends without a complaint."""
    command = [sys.executable, "-m", "pspflow", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        said = running.stderr.read()
    assert said == b""


def test_terminal_of_few_characters(tmp_path):
    """A name that the terminal cannot show is escaped there, and whole in the log."""
    sheet = "image,domain,specimen\nµσ.tif,t5,s1\n"
    (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8")
    done = pspflow(
        *("--log", tmp_path / "log", "temper", "images", "catalogue"),
        *("--sheet", tmp_path / "sheet.csv", "--catalogue", tmp_path / "made"),
        *("--options", '{"domains": [{"name": "t5"}]}'),
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONIOENCODING="ascii",
    )
    assert "\\xb5\\u03c3.tif: there is no such file" in done.stderr
    assert "µσ.tif: there is no such file" in (tmp_path / "log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        MemoryError("Unable to allocate 9 GiB for an array"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    ],
)
def test_too_little_memory_is_a_sentence(error):
    """It says what to change, and is no traceback."""
    text = described(error)
    assert text.startswith("The memory is not enough")
    assert "--set-resources" in text
    assert "\n" not in text
