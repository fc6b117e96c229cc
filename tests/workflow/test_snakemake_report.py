"""`snakemake --report` of a finished run: every figure and page of a study, with a caption."""

import json
import re
import zipfile

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("workflow")]
RESULTS = "results/tests/temper"


def embedded(page, name):
    """Read what the page's script holds under a name."""
    found = re.search(rf'^ *var {name} = ([{{"].*);$', page, re.MULTILINE)
    assert found is not None, f"snakemake's report has no {name}"
    return json.loads(found[1])


@pytest.mark.parametrize("ending", ["zip", "html"])
def test_a_report_holds_every_figure_and_page(finished, tmp_path, ending):
    """Each has a caption and labels that no other has, and nothing that it needs is missing."""
    path = tmp_path / f"report.{ending}"
    run = finished.snakemake(
        "temper", "--configfile", "tests/config.yaml", "changes.yaml", "--report", str(path)
    )
    assert run.returncode == 0, run.stdout
    assert "Missing metadata" not in run.stdout
    if ending == "zip":
        with zipfile.ZipFile(path) as archive:
            page = archive.read("report/report.html").decode()
            files = {name for name in archive.namelist() if "/data/" in name}
    else:
        page, files = path.read_text(), set()
    made = sorted((finished.folder / RESULTS).glob("*/figures/*.png"))
    expected = {str(each.relative_to(finished.folder)) for each in made}
    expected.add(f"{RESULTS}/report.html")
    results = embedded(page, "results")
    assert set(results) == expected
    (category, shown), *others = embedded(page, "categories").items()
    assert (category, others) == ("Temper", [])
    assert {name for names in shown.values() for name in names} == expected
    labels = {tuple(each["labels"].values()) for each in results.values()}
    assert len(labels) == len(expected)
    assert ("transfer", "chips") in labels
    for each in results.values():
        assert re.fullmatch(r"<p>\w.*\.</p>", each["caption"].strip(), re.DOTALL)
        if files:
            assert f"report/{each['data_uri']}" in files
    assert "page\nto read first" in embedded(page, "workflow_desc")
