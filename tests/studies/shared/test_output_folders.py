"""Folders of commands: an earlier result is replaced, and nothing else."""

import pytest

from pspflow.errors import InputError
from pspflow.studies.shared.output_folders import check_output_folder

FILES, OPTIONAL = ("a.csv", "b.png"), ("c.png",)


def check(out):
    check_output_folder(out, FILES, "an earlier design", OPTIONAL)


@pytest.mark.parametrize("held", [(), FILES, (*FILES, *OPTIONAL)])
def test_an_empty_folder_and_an_earlier_result_may_be_replaced(tmp_path, held):
    """So may what does not exist yet."""
    for name in held:
        (tmp_path / name).touch()
    check(tmp_path)
    check(tmp_path / "new")


@pytest.mark.parametrize(
    ("held", "named"), [((*FILES, "mine.txt"), "mine.txt"), (FILES[:1], "a.csv")]
)
def test_anything_else_is_kept(tmp_path, held, named):
    """What is foreign is named, and a result that lacks a file is none."""
    for name in held:
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=f"holds {named} and is not an earlier design; name"):
        check(tmp_path)


def test_a_file_is_no_folder(tmp_path):
    """It is kept."""
    (tmp_path / "mine.txt").touch()
    with pytest.raises(InputError, match="this is a file; name a folder to make"):
        check(tmp_path / "mine.txt")
