"""No file names a machine it was written on or a place its libraries were fetched from."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Joined from pieces, so that this file does not find itself.
PLACES = [
    "/" + "work/",
    "/" + "root/",
    "/tmp/" + "bash",
    "/tmp/" + "w/",
    "/opt/" + "pypi",
    "/opt/" + "wheels",
]
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "un" + "pkg.com",
    "js" + "delivr.net",
    "crates" + ".io",
    "ana" + "conda.org",
]
# A path begins where no word goes before it: a folder called "framework" is innocent.
FORBIDDEN = re.compile(
    "|".join([rf"(?<![\w.~-]){re.escape(place)}" for place in PLACES] + [re.escape(host) for host in HOSTS]),
    re.IGNORECASE,
)


def git(*words: str) -> str:
    answer = subprocess.run(
        ["git", "-C", str(ROOT), *words], capture_output=True, text=True, encoding="utf-8", check=False
    )
    return answer.stdout if answer.returncode == 0 else ""


def files_of_the_project() -> list[Path]:
    """Return what git tracks and what a commit could take: everything that is not ignored."""
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """Return the text of a file, or nothing when it is not text."""
    raw = path.read_bytes()
    if b"\0" in raw:
        return ""
    return raw.decode("utf-8", errors="replace")


def findings(text: str) -> list[str]:
    return [
        f"line {number}: {match.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for match in FORBIDDEN.finditer(line)
    ]


def test_no_file_names_a_machine_or_a_registry():
    top = git("rev-parse", "--show-toplevel").strip()
    if not top or Path(top).resolve() != ROOT.resolve():
        pytest.skip("not a git checkout: which files belong to the project is not known")
    found = {path.relative_to(ROOT).as_posix(): findings(text_of(path)) for path in files_of_the_project()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("word", [*PLACES, *HOSTS])
def test_a_forbidden_word_is_found_wherever_it_stands(word: str):
    assert findings(f"first line\nsee {word}name for more") == [f"line 2: {word}"]


def test_an_innocent_folder_is_not_taken_for_a_machine():
    assert findings(" ".join(f"frame{place}here" for place in PLACES)) == []
