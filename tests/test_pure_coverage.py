"""Pure modules are covered to the last branch by their own tests."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PURE = {
    "hub/engine/*": "tests/hub/engine",
    "hub/retention.py": "tests/hub/test_retention.py",
    "hub/failures.py": "tests/hub/test_failures.py",
    "hub/network.py": "tests/hub/test_network.py",
    "hub/pace.py": "tests/hub/test_pace.py",
    "hub/screens.py": "tests/hub/test_screens.py",
    "kiosk/code_pad.py": "tests/kiosk/test_code_pad.py",
    "hub/dossiers/limits.py": "tests/hub/dossiers/test_limits.py",
    "hub/dossiers/masking.py": "tests/hub/dossiers/test_masking.py",
    "hub/dossiers/shown.py": "tests/hub/dossiers/test_shown.py",
    "hub/dossiers/breaker.py": "tests/hub/dossiers/test_breaker.py",
    "hub/dossiers/cache.py": "tests/hub/dossiers/test_cache.py",
    "hub/dossiers/fields.py": "tests/hub/dossiers/test_fields.py",
    "hub/dossiers/token.py": "tests/hub/dossiers/test_token.py",
    "kiosk/flow.py": "tests/kiosk/test_flow.py",
    "kiosk/state.py": "tests/kiosk/test_flow.py",
    "kiosk/ticket_flow.py": "tests/kiosk/test_flow.py",
    "kiosk/card_flow.py": "tests/kiosk/test_card_flow.py",
    "kiosk/emergency_flow.py": "tests/kiosk/test_emergency_flow.py",
    "kiosk/scan_flow.py": "tests/kiosk/test_dossier_flow.py",
    "kiosk/hall_notices.py": "tests/kiosk/test_hall_notices.py",
    "kiosk/hours_words.py": "tests/kiosk/test_hall_notices.py",
    "kiosk/dossier_flow.py": "tests/kiosk/test_dossier_flow.py",
    "kiosk/procedure_flow.py": "tests/kiosk/test_procedure_flow.py",
    "kiosk/guide*.py": "tests/kiosk/test_guide.py",
    "kiosk/reading*.py": "tests/kiosk/test_guide.py",
    "kiosk/spoken.py": "tests/kiosk/test_spoken.py",
    "kiosk/dossier_desk.py": "tests/kiosk/test_lookup_faces.py",
    "kiosk/counter_words.py": "tests/kiosk/test_lookup_faces.py",
    "kiosk/line_words.py": "tests/kiosk/test_lookup_faces.py",
    "kiosk/telex.py": "tests/kiosk/test_telex.py",
    "kiosk/ticket_layout.py": "tests/kiosk/test_ticket_layout.py",
    "kiosk/slip_layout.py": "tests/kiosk/test_slip_layout.py",
    "kiosk/sheet.py": "tests/kiosk/test_ticket_layout.py",
    "shared/dossier_words.py": "tests/shared/test_dossier_words.py",
    "display/board.py": "tests/display/test_board.py",
    "display/hours.py": "tests/display/test_hours.py",
    "display/notices.py": "tests/display/test_notices.py",
    "display/announcer.py": "tests/display/test_announcer.py",
    "display/loudness.py": "tests/display/test_loudness.py",
    "display/report.py": "tests/display/test_report.py",
    "display/tongues.py": "tests/display/test_tongues.py",
    "shared/receipt_code.py": "tests/shared/test_receipt_code.py",
    "shared/restarts.py": "tests/shared/test_restarts.py",
    "shared/procedures.py": "tests/shared/test_procedures.py",
    "shared/vietnamese.py": "tests/shared/test_vietnamese.py",
}
"""Pure modules, and the tests that are theirs."""
LEFT_OUT = "test_a_hundred_thousand_random_readings_all_have_an_answer"
"""Takes a third of all the time under the tracer, and its branches are those of the others."""


def test_every_branch_of_the_pure_modules_is_run_by_their_own_tests(tmp_path: Path) -> None:
    env = os.environ | {
        "COVERAGE_FILE": str(tmp_path / "coverage"),
        "HYPOTHESIS_PROFILE": "quick",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    coverage = [sys.executable, "-m", "coverage"]
    include = f"--include={','.join(PURE)}"
    ran = subprocess.run(
        [
            *(*coverage, "run", "--branch", include, "-m", "pytest", "-q"),
            *("-k", f"not {LEFT_OUT}", *sorted(set(PURE.values()))),
        ],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    report = subprocess.run(
        [*coverage, "report", "--fail-under=100", include],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.returncode == 0, report.stdout + report.stderr
