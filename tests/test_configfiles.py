"""Configuration as it is written: nothing of it is lost or changed without a word."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pspflow.configfiles import check_sources
from pspflow.errors import InputError

ROOT = Path(__file__).parents[1]
SHIPPED = [
    *sorted(ROOT.glob("workflow/config/*.yaml")),
    *sorted(ROOT.glob("workflow/profiles/*/config.yaml")),
    *sorted(ROOT.glob("tests/*.yaml")),
    ROOT / "config.yaml",
]


def refused(folder, text="", name="mine.yaml", **sources):
    """Return the sentences with which a file, entries or a command line are refused."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        check_sources([path], **sources)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("temper:\n  labels: {}\nseed: 3\ntemper:\n  pinet: {}\n", "lines 1 and 4: key 'temper'"),
        (
            "temper:\n  labels:\n    folds: 3\n    folds: 4\n",
            "lines 3 and 4: key 'temper.labels.folds'",
        ),
        ("temper: {labels: {folds: 3, folds: 3}}\n", "line 1: key 'temper.labels.folds'"),
        ("a:\n  - {b: 1}\n  - b: 1\n    c: 2\n    b: 3\n", "lines 3 and 5: key 'a.1.b'"),
        ('seed: 1\n"seed": 2\n', "lines 1 and 2: key 'seed'"),
        ("1: a\n'1': b\n", "lines 1 and 2: key '1'"),
        ("1: a\n1.0: b\n", "lines 1 and 2: key '1'"),
        ("on: a\ntrue: b\n", "lines 1 and 2: key 'on'"),
        ("? seed\n: 1\n? seed\n: 2\n", "lines 1 and 3: key 'seed'"),
        ("a:\n  <<: {x: 1}\n  <<: {x: 2}\n", "lines 2 and 3: key 'a.<<'"),
        ("a: &one {x: 1, x: 2}\nb: *one\n", "line 1: key 'a.x'"),
        ("# Übergrößen\n\nseed: 1\n# more\nseed: 1\n", "lines 3 and 5: key 'seed'"),
        ('{"seed": 1,\n\t"temper": {},\n\t"seed": 2}', "lines 1 and 3: key 'seed'"),
        ('{"temper": {"labels": {"folds": 3, "folds": 4}}}', "line 1: key 'temper.labels.folds'"),
        ("__use_yte__: true\nseed: 1\nseed: 2\n", "lines 2 and 3: key 'seed'"),
    ],
)
def test_key_given_twice(tmp_path, text, place):
    """The last of two equal keys would count alone, and the user's data would be gone."""
    ending = "is given twice, and only the last would count; join them or remove one."
    assert refused(tmp_path, text) == [f"mine.yaml {place} {ending}"]


def test_key_given_three_times(tmp_path):
    """Every line is named."""
    (sentence,) = refused(tmp_path, "seed: 1\nrun: a\nseed: 2\nseed: 3\n")
    assert sentence.startswith("mine.yaml lines 1, 3 and 4: key 'seed' is given 3 times, and only")


def test_every_file_is_looked_at(tmp_path):
    """One file does not hide the other, and the same key in two files is an overlay."""
    one, two = tmp_path / "one.yaml", tmp_path / "two.json"
    one.write_text("seed: 1\nrun: a\nrun: b\n")
    two.write_text('{"seed": 1, "seed": 2}')
    with pytest.raises(InputError) as caught:
        check_sources([one, str(two), one])
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{one} lines 2 and 3: key 'run'")
    assert second.startswith(f"{two} line 1: key 'seed'")


KEYS = st.text("abc", min_size=1, max_size=2)
TREES = st.recursive(
    st.integers(0, 9), lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)


@given(tree=st.dictionaries(KEYS, TREES, max_size=4), flow=st.booleans())
def test_distinct_keys_pass(tmp_path_factory, tree, flow):
    """Equal keys in different mappings are no duplicates, at any depth and in both styles."""
    path = tmp_path_factory.getbasetemp() / "distinct.yaml"
    path.write_text(yaml.safe_dump(tree, default_flow_style=flow))
    check_sources([path])


@given(tree=st.dictionaries(KEYS, TREES, min_size=1, max_size=4), data=st.data())
def test_any_key_written_twice_is_seen(tmp_path_factory, tree, data):
    """Whichever key of a file it is, at whatever depth."""
    lines = yaml.safe_dump(tree, default_flow_style=False).splitlines()
    index = data.draw(st.integers(0, len(lines) - 1))
    key = lines[index].partition(":")[0]
    lines.insert(index, f"{key}: 7")
    (sentence,) = refused(tmp_path_factory.getbasetemp(), "\n".join(lines), "twice.yaml")
    assert f"lines {index + 1} and {index + 2}: key" in sentence
    assert f"{key.strip()}' is given twice" in sentence


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_shipped_files_pass(path):
    """What is shipped gives no key twice; nor do the profiles, which Snakemake reads alone."""
    check_sources([path])


@pytest.mark.parametrize(
    "text",
    [
        "a: &base {x: 1, y: 2}\nb:\n  <<: *base\n  x: 3\nc:\n  <<: [*base, {z: 1}]\n",
        "a: &loop [*loop]\n",
        "seed: 0\nb: [0.5, -0.5, 10, 0x1F, 1_000, 1e-3, 1.0e+3, 007, 00, .5]\n",
        "name: '012'\nother: \"12:30\"\nthird: !!str 012\ntime: 12:30:99x\n",
        "",
        "- a\n- a\n",
        "a: [\n",
        "2024-99-99: 1\n",
    ],
)
def test_what_is_clear_passes(tmp_path, text):
    """Merges, aliases, numbers that mean what they say; what Snakemake itself refuses."""
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    check_sources([path])


@pytest.mark.parametrize(
    ("value", "read"),
    [("012", 10), ("0777", 511), ("-010", -8), ("12:30", 750), ("1:30:00", 5400), ("1:2.5", 62.5)],
)
def test_number_that_yaml_reads_otherwise(tmp_path, value, read):
    """A zero in front makes a number octal, a colon one of base sixty: neither was meant."""
    for text in (f"a: {value}\n", f"b: 1\na:\n  - x\n  - c: {value}\n"):
        (sentence,) = refused(tmp_path, text)
        assert f"is {value}, which YAML reads as {read}; write it" in sentence
        assert sentence.endswith("or quote it if it is text.")


@pytest.mark.parametrize(
    ("entries", "key"),
    [
        (["seed=1", "run=a", "seed=2"], "seed"),
        (["temper={labels: {folds: 3}}", "temper={'labels': {'folds': 4}}"], "temper.labels.folds"),
    ],
)
def test_entries_of_the_command_line_that_collide(tmp_path, entries, key):
    """`--config` joins what it is given for one key; a value that is given twice loses one."""
    assert refused(tmp_path, entries=entries) == [f"--config gives key '{key}' twice; remove one."]


def test_entry_with_a_key_twice(tmp_path):
    """Inside one value too."""
    (sentence,) = refused(tmp_path, entries=["temper={'pinet': {}, 'pinet': {}}"])
    assert sentence.startswith("--config temper line 1: key 'pinet' is given twice")


def test_entries_that_complete_each_other():
    """Two halves of a section are joined, and numbers are read by Python, not by YAML."""
    check_sources([], ["temper={labels: {folds: 3}}", "temper={pinet: {}}", "seed=012", "run=[x"])


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        (["--configfile", "a.yaml", "--configfile", "b.yaml"], "--configfile"),
        (["--configfiles=a.yaml", "-n", "--configfile", "b.yaml"], "--configfile"),
        (["--config", "seed=1", "-C", "run=a"], "--config"),
    ],
)
def test_flag_given_twice(tmp_path, words, flag):
    """Snakemake uses the last one alone."""
    (sentence,) = refused(tmp_path, command=["snakemake", *words])
    assert sentence.startswith(f"{flag} is given 2 times, and only the last would count; give it")


@pytest.mark.parametrize(
    "words", [["--profile", "{}"], ["--profile={}"], ["--workflow-profile", "{}/config.yaml"]]
)
def test_profile_that_is_named(tmp_path, words):
    """Resources of a profile that are listed twice would be lost too; its times are its own."""
    profile = tmp_path / "slurm"
    profile.mkdir()
    text = "default-resources: [mem_mb=9]\nslow: 12:30\ndefault-resources: [runtime=3]\n"
    (profile / "config.yaml").write_text(text)
    (sentence,) = refused(tmp_path, command=[word.format(profile) for word in words])
    assert sentence.startswith("slurm/config.yaml lines 1 and 3: key 'default-resources' is given")


def test_flags_given_once():
    """With several values, as Snakemake has it."""
    check_sources([], command=["snakemake", "--configfile", "a", "b", "--config", "x=1", "y=2"])
    check_sources([], command=["snakemake", "-n", "--profile"])
    check_sources([], command=["snakemake", "--profile", "nowhere", "-n"])
