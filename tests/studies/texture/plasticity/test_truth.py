"""The plug: three sources that answer alike, and what a user's class must keep to."""

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.mechanics import anisotropy_parameters
from pspflow.studies.texture.plasticity.files import truth_files
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.taylor import quarter
from pspflow.studies.texture.plasticity.truth import ground_truth

SOURCES = ("taylor", "python", "table")


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_answers_alike(source, textures, labels, kind):
    """Parameters in the order of the question, for one texture, for many, and twice for one."""
    truth = ground_truth(source(kind))
    grains, names = textures
    for places in (range(4), [2], [3, 1, 3]):
        answers = truth.parameters([grains[k] for k in places], [names[k] for k in places])
        np.testing.assert_allclose(answers.parameters, labels[places], rtol=0, atol=1e-9)
        assert answers.failures == {}


def test_threads_do_not_change_numbers(source, textures, labels):
    """Bit for bit."""
    one, two = (ground_truth(source("taylor"), threads=threads) for threads in (1, 2))
    found = one.parameters(*textures).parameters
    np.testing.assert_array_equal(two.parameters(*textures).parameters, found)
    np.testing.assert_allclose(found, labels, rtol=0, atol=1e-9)


def mine(name):
    return PlasticityOptions(source="python", python=f"usermodel:{name}")


def test_failures_of_a_class_are_recorded(source, textures):
    """What has no solution is an ArithmeticError, and stops no other texture."""
    source("python")
    grains, names = textures
    short = grains[1]._replace(orientations=grains[1].orientations[:80])
    answers = ground_truth(mine("Fails")).parameters([grains[0], short], names[:2])
    assert answers.failures == {1: "ZeroDivisionError (it diverged)"}
    assert np.isnan(answers.parameters[1]).all()
    assert np.isfinite(answers.parameters[0]).all()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Broken", r"usermodel:Broken: texture 'pool_0' ended in KeyError \('a key'\); correct"),
        ("Short", r"texture 'pool_0' cannot be used: .*shape \(54,\), got \(53,\)"),
        ("Void", "texture 'pool_0' cannot be used: stress_xy_0 is nan; give a finite number"),
    ],
)
def test_faults_of_a_class_stop(source, textures, name, message):
    """One sentence names class and texture."""
    source("python")
    with pytest.raises(InputError, match=message) as error:
        ground_truth(mine(name)).parameters(*textures)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Nothing", "has no method anisotropy_parameters; add"),
        ("Needs", r"cannot be made, TypeError .*argument.*takes no arguments"),
        ("Absent", "cannot be made, AttributeError"),
    ],
)
def test_classes_that_are_none_are_refused(source, name, message):
    """Before any texture is computed."""
    source("python")
    with pytest.raises(InputError, match=message):
        ground_truth(mine(name))


def test_modules_that_are_not_there_are_refused(tmp_path, monkeypatch):
    """The message names the folder in which it was looked for."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"module 'no\.such' cannot be imported, ModuleNotFound"):
        ground_truth(PlasticityOptions(source="python", python="no.such:Model"))


def test_the_users_files_are_known(source, module, tmp_path, monkeypatch):
    """What decides the answers is watched: the table once it exists, the modules of a class."""
    assert truth_files(source("taylor")) == []
    assert [path.name for path in truth_files(source("python"))] == ["usermodel.py"]
    options = PlasticityOptions(source="table", table={"folder": tmp_path})
    assert truth_files(options) == []
    assert truth_files(source("table")) == [tmp_path / "measured.csv"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine/deeper").mkdir(parents=True)
    for name in ("mine/__init__.py", "mine/deeper/model.py"):
        (tmp_path / name).touch()
    found = truth_files(PlasticityOptions(source="python", python="mine.deeper.model:Model"))
    assert [str(path) for path in found] == ["mine/__init__.py", "mine/deeper/model.py"]


def test_a_quarter_of_the_grains_is_taken_where_it_tells_the_whole(textures, labels):
    """Textures that are not symmetrised are computed as they are, in the same call."""
    grains, names = textures
    halves = [type(each)(each.orientations[:48], 2 * each.weights[:48]) for each in grains]
    assert [quarter(each) is None for each in (*grains, *halves)] == [False] * 4 + [True] * 4
    truth = ground_truth(PlasticityOptions())
    found = truth.parameters([halves[0], *grains], ["half", *names]).parameters
    np.testing.assert_allclose(found[1:], labels, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(found[0], anisotropy_parameters(*halves[0]))
