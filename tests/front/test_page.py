"""The front page says what each study's sections say, and how the run was made."""

import pytest

from pspflow.errors import InputError
from pspflow.front.page import write_front
from pspflow.report.section import Figure, Headline, Part, Section
from pspflow.status.plan import Job, Start, write_plans
from pspflow.studies import registry
from pspflow.studies.shared.sections import save_section

PNG = b"\x89PNG of a figure"


def row(verdict):
    """Return a row of the table that opens a page."""
    return Headline(quantity="MAPE of C11", paper="3.50 %", here="7 %", verdict=verdict, why="few")


@pytest.fixture
def run(tmp_path, provenance):
    """Return the folder of a run whose temper study is done and whose steel study is not."""
    folder = tmp_path / "mine"
    chapter, figure = registry.cover("temper")
    shown = Figure(name=f"{chapter}_{figure}", png=PNG, caption="Chips of <t5>.")
    first = Section(
        title="Images", lead="This report rests on 3 micrographs.", headline=(row("reached"),)
    )
    standing = Section(
        title="Transfer",
        headline=(row("not reached"), row("not reached")),
        findings=("Worse in two-point correlation.", "Better in persistence images."),
        parts=(Part(title="Chips", figures=(shown,)),),
    )
    for study in ("temper", "steel"):
        save_section(folder / study / "images/section.json", first, provenance)
    save_section(folder / "temper" / chapter / "section.json", standing, provenance)
    (folder / "temper/report.html").write_text("page")
    for name, seconds in (("images/chips", "30.5"), ("flows/train", "89.5"), ("cut", "")):
        path = folder / f"temper/benchmarks/{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\th:m:s\n{seconds}\t-\n")
    start = Start(0.0, "here", 1, "local", ["temper", "--configfile", "my file.yaml"], "")
    write_plans(folder, start, [Job("1", "chips", "results/mine/temper/logs/images/chips.log")])
    return folder


def test_a_study_has_its_quantities_its_first_finding_and_its_figure(run):
    """Of chapters in reading order; the link leads to its own page."""
    page = write_front(run).read_text()
    assert "Of 3 quantities of the paper: 1 reached, 2 not reached." in page
    assert page.count("MAPE of C11") == 3
    assert "Worse in two-point correlation." in page
    assert "Better in persistence images." not in page
    assert "rests on 3 micrographs" in page
    assert "Chips of &lt;t5&gt;." in page
    assert 'href="temper/report.html"' in page
    assert registry.paper("temper") in page


def test_it_tells_how_the_run_was_made(run):
    """Command, options that are not the defaults, and the time of all jobs that have one."""
    page = write_front(run, "seed: 7\n").read_text()
    assert "snakemake temper --configfile &#39;my file.yaml&#39;" in page
    assert "<pre>seed: 7\n</pre>" in page
    assert "<td>2</td><td>2.0 minutes</td>" in page
    assert (run / "config.yaml").read_text() == "seed: 7\n"
    # written anew without a configuration, as by the command, it keeps what it had
    assert write_front(run).read_text() == page


def test_studies_without_a_report_are_left_out(run):
    """Until theirs is written; a run without any has no front page."""
    assert 'id="steel"' not in write_front(run).read_text()
    (run / "steel/report.html").write_text("page")
    page = write_front(run).read_text()
    assert 'id="steel"' in page
    assert page.index('id="steel"') < page.index('id="temper"')
    for study in ("temper", "steel"):
        (run / study / "report.html").unlink()
    assert write_front(run) is None


def test_a_study_without_its_figure_has_none(run):
    """As of one domain alone, where nothing is transferred."""
    chapter, _ = registry.cover("temper")
    (run / "temper" / chapter / "section.json").unlink()
    page = write_front(run).read_text()
    assert "<figure>" not in page
    assert "Of 1 quantity of the paper: 1 reached." in page


def test_a_damaged_section_is_named(run):
    """And the page that was there stays."""
    before = write_front(run).read_bytes()
    path = run / "temper/images/section.json"
    path.write_text(path.read_text()[:-40])
    with pytest.raises(InputError, match=r"images/section\.json"):
        write_front(run)
    assert (run / "index.html").read_bytes() == before


def test_a_damaged_plan_is_named(run):
    """In a sentence, with which a run ends well all the same."""
    (run / "temper/logs/plan.jsonl").write_text("{")
    with pytest.raises(InputError, match=r"plan\.jsonl: not the plan of a run"):
        write_front(run)


@pytest.mark.parametrize("study", registry.studies())
def test_every_study_names_a_chapter_of_its_own_and_a_paper(study):
    """What stands for it on the front page."""
    chapter, figure = registry.cover(study)
    assert chapter in registry.chapters(study)
    assert figure
    # what stands on other studies follows no paper of its own
    assert len(registry.paper(study)) > 20 or registry.stands_on(study)
