"""Write the list of rules that ask for a GPU into the profiles of schedulers: `make profiles`.

The rules say it once, by `gpu=1`. A profile says what such a job asks for at its first rule, which
carries the anchor `&gpu`; the others follow as `*gpu`.
"""

import re
from pathlib import Path

HERE = Path(__file__).parent
RULE = re.compile(r"^ *rule (\w+):$(.*?)(?=^ *rule |\Z)", re.MULTILINE | re.DOTALL)
LIST = re.compile(
    r"^(?P<head>set-resources:.*\n)  \w+: (?P<gpu>&gpu.*\n(?:    .*\n)+)(?:  \w+: \*gpu\n)*",
    re.MULTILINE,
)


def gpu_rules(folder: Path = HERE.parent / "rules") -> list[str]:
    """List the rules that ask for a GPU, sorted."""
    texts = (path.read_text(encoding="utf-8") for path in folder.rglob("*.smk"))
    return sorted(name for text in texts for name, body in RULE.findall(text) if "gpu=1" in body)


def written(profile: str, rules: list[str]) -> str:
    """Return the text of a profile with these rules in its list; one without a list as it is."""
    first, *others = rules
    rest = "".join(f"  {name}: *gpu\n" for name in others)
    return LIST.sub(lambda found: f"{found['head']}  {first}: {found['gpu']}{rest}", profile)


if __name__ == "__main__":
    for path in sorted(HERE.glob("*/config.yaml")):
        path.write_text(written(path.read_text(encoding="utf-8"), gpu_rules()), encoding="utf-8")
