"""docs/security.md names tests that there are for every sentence, and the figures of the code."""

import re

import pytest

from deploy.audit import OLD_DAYS
from hub import conversation, enrolment, pace, realtime, registry, serve, wire
from hub.dossiers import wire as e_one_stop
from hub.web import crowd, forms
from shared import messages as m
from tests.test_docs import ROOT

DOC = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
DONE = DOC.split("## What stands in the way\n")[1].split("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in DONE.splitlines()
    if line.startswith("| ") and not line.startswith(("| what we do", "| ---"))
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_every_sentence_names_tests_that_there_are(row: list[str]) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row[1])
    assert named
    assert re.sub(r"`tests/[\w/.:]+`", "", row[1]).strip(", ") == ""
    for path, function in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not function or re.search(rf"(?m)^(async )?def {function}\(", text), function


def test_it_says_which_of_its_tests_make_test_does_not_run() -> None:
    named = {path for row in ROWS for path in re.findall(r"`(tests/[\w/]+\.py)", row[1])}
    elsewhere = {path for path in named if not path.rpartition("/")[2].startswith("test_")}
    assert elsewhere == {"tests/deploy/install_trial.py"}
    assert all(f"not those in `{path}`" in DOC for path in elsewhere)


def test_every_chapter_has_its_sentences() -> None:
    chapters = re.split(r"(?m)^### ", DONE)[1:]
    assert len(chapters) == 7
    assert all(chapter.count("\n| ") > 2 for chapter in chapters)


def test_the_figures_are_those_of_the_code() -> None:
    for words in (
        f"a code of {enrolment.LENGTH} letters: good for {enrolment.LASTS_MINUTES} minutes",
        f"{enrolment.MOST_FAILURES} wrong codes make an address wait",
        f"lasts {registry.SESSION_MS // 3_600_000} hours",
        f"at most {m.MAX_FRAME} bytes, a message {wire.MOST_PIECES} pieces",
        f"a request's head {serve._LONGEST_HEAD // 1024} KiB, a form {forms.MAX_FORM} bytes",
        f"A head has {crowd.Connection.head_within_s:.0f} s and a hello {m.HELLO_WITHIN_S:.0f} s",
        f"one a second ({wire.CONTROL_AHEAD_S / wire.CONTROL_COSTS_S:.0f} at once)",
        f"two frames a second ({pace.PHONE_AHEAD_S / pace.PHONE_COSTS_S:.0f} at",
        f"{1 / crowd.COSTS_S:.0f} pages a second ({crowd.AHEAD_S / crowd.COSTS_S:.0f} at once)",
        f"at least 48 KiB in {crowd.Connection.read_within_s:.0f} s",
        f"{conversation.MAX_UNANSWERED} commands may be unanswered",
        f"{conversation.MAX_REFUSED} refusals end it",
        f"a deadline and {e_one_stop.BODY_CAP // 1024} KiB",
        f"every {OLD_DAYS} days",
    ):
        assert words in DOC, words
    assert crowd.Connection.head_within_s == realtime.HANDSHAKE_WITHIN_S
    assert wire.CONTROL_COSTS_S == 1
    assert pace.PHONE_COSTS_S == 0.5
