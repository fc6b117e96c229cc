"""Checks of a catalogue: one sentence per fault, with row or column and remedy."""

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from pspflow.microstructure.catalogue.names import OWN_COLUMNS, SHEET_COLUMNS
from pspflow.microstructure.spellings import is_no_name, nearest, shown, spelling_keys, spelt_twice

MAX_PIXELS = 2**28
"""Most pixels of a rescaled image: beyond it, the scale is most likely a typing error."""


def empty_cells(table: pd.DataFrame, _: Mapping[str, str | None]) -> Iterator[str]:
    """Find rows without image, domain or specimen."""
    for name in SHEET_COLUMNS:
        for row in table.index[table[name] == ""]:
            yield f"Sheet row {row}, column {name!r} is empty; fill it in."
    for row, name in table["specimen"].items():
        if is_no_name(name):
            yield (
                f"Sheet row {row}: specimen {name!r} is no name; give the specimen's, and where it "
                "is unknown another one to every row."
            )


def spellings(table: pd.DataFrame, _: Mapping[str, str | None]) -> Iterator[str]:
    """Find specimens that are written in two ways."""
    rows = table.reset_index().drop_duplicates("specimen").set_index("specimen")["row"]
    for first, second in spelt_twice(table["specimen"]):
        one, two = shown(first, second)
        yield (
            f"Sheet rows {rows[first]} and {rows[second]}: specimens {one} and {two} are most "
            "likely one that is written in two ways; write it in one, or rename one of two."
        )


def doubtful_names(table: pd.DataFrame) -> Iterator[str]:
    """Find specimens that differ in a dash alone, which may be a minus."""
    rows = table.reset_index().drop_duplicates("specimen").set_index("specimen")["row"]
    bare: dict[str, str] = {}
    for name in rows.index:
        first = bare.setdefault(spelling_keys(name)[0].replace("-", ""), name)
        if first != name:
            yield (
                f"Sheet rows {rows[first]} and {rows[name]}: specimens {first!r} and {name!r} "
                "count as two; correct one if they are one."
            )


def unknown_domains(table: pd.DataFrame, labels: Mapping[str, str | None]) -> Iterator[str]:
    """Find domains that are not configured, and configured ones without an image."""
    unknown = table["domain"][(table["domain"] != "") & ~table["domain"].isin(list(labels))]
    likes = {domain: nearest(str(domain), labels) for domain in unknown.unique()}
    for row, domain in unknown.items():
        like = likes[domain]
        if like:
            given, known = shown(str(domain), like)
            yield (
                f"Sheet row {row}: domain {given} is not one of {', '.join(labels)}; write {known} "
                "if that is meant, or add it to the configured domains."
            )
        else:
            yield (
                f"Sheet row {row}: domain {domain!r} is not one of {', '.join(labels)}; correct it "
                "or add it to the configured domains."
            )
    for domain in labels:
        if not (table["domain"] == domain).any():
            yield f"Sheet: no image of domain {domain!r}; add some or remove the domain."


def sizes(table: pd.DataFrame, _: Mapping[str, str | None]) -> Iterator[str]:
    """Find images that the common scale would make too large or too small."""
    for row, image in table.iterrows():
        sides = [image[f"crop_{side}_px"] * image["scale"] for side in ("height", "width")]
        if not (sides[0] * sides[1] <= MAX_PIXELS and min(sides) >= 0.5):
            yield (
                f"Sheet row {row}: brought to the common scale, {image['image']} would have "
                f"{sides[0]:.4g} x {sides[1]:.4g} pixels; check the scale of its row."
            )


def conflicts(table: pd.DataFrame, labels: Mapping[str, str | None]) -> Iterator[str]:
    """Find specimens with two values of one label."""
    columns = sorted({*filter(None, labels.values())} & set(table.columns) - OWN_COLUMNS)
    for specimen, rows in table.groupby("specimen", sort=False):
        for name in columns:
            values = rows[name].dropna()
            if values.drop_duplicates().size > 1:
                first, second = values.drop_duplicates().index[:2]
                yield (
                    f"Sheet rows {first} and {second}: specimen {specimen!r} has two values of "
                    f"{name!r}, {values[first]:g} and {values[second]:g}; a specimen is one "
                    "experiment, so give it one value or two names."
                )


def missing_labels(sheet: pd.DataFrame, labels: Mapping[str, str | None]) -> Iterator[str]:
    """Find empty cells of a label among the images of its domain."""
    for domain, name in labels.items():
        if name and name in sheet.columns and name not in OWN_COLUMNS:
            for row in sheet.index[(sheet["domain"] == domain) & (sheet[name] == "")]:
                yield (
                    f"Sheet row {row}, column {name!r} is empty, but labels domain {domain!r}; "
                    "fill it in, or set no label for this domain."
                )


def mixed_depths(table: pd.DataFrame) -> Iterator[str]:
    """Find images of different types of pixels."""
    depths = sorted(set(table["depth"]))
    if len(depths) > 1:
        rows = {depth: table.index[table["depth"] == depth][0] for depth in depths}
        where = ", ".join(f"{depth} in row {row}" for depth, row in rows.items())
        yield f"Sheet: images of different depth ({where}); convert them to one depth."


Check = Callable[[pd.DataFrame, Mapping[str, str | None]], Iterator[str]]
CHECKS: tuple[Check, ...] = (empty_cells, spellings, unknown_domains, sizes, conflicts)
"""Checks of a table of the catalogue, with the label of each domain."""
