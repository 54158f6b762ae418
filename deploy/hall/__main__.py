"""`make run`: the whole hall on this machine, and what it has proved.

Exit codes: 0 done (with --for: a ticket was tapped, printed, called, shown and spoken), 1 not.
"""

import argparse
import asyncio
import logging
import random
import signal
import sys
from pathlib import Path

import structlog

from deploy.hall.crowd import STAFFED, Crowd
from deploy.hall.fingers import Fingers
from deploy.hall.programs import ROOT, ProgramError
from deploy.hall.stage import OFFICER, OFFICER_COUNTER, Stage
from deploy.hall.verdict import Verdict, judge, read_lines, read_paper
from deploy.hall.watch import Watch
from hub.dossiers.sandbox.dossiers import LATE_DIGITS, SHOW, SHOW_DIGITS, SHOW_LATE
from shared.dossiers import DossierState
from shared.errors import MotcuaError
from shared.model import Role

WARM_UP_S = 1.5
"""The crowd comes before the windows open, so that the first picture is of a hall at work."""

DOSSIERS = (
    (SHOW[DossierState.FINISHED], "ready to collect", SHOW_DIGITS[DossierState.FINISHED]),
    (SHOW[DossierState.PAPERS_WANTED], "papers wanted", SHOW_DIGITS[DossierState.PAPERS_WANTED]),
    (SHOW[DossierState.PAYMENT_WANTED], "to be paid", SHOW_DIGITS[DossierState.PAYMENT_WANTED]),
    (SHOW[DossierState.IN_WORK], "in work", SHOW_DIGITS[DossierState.IN_WORK]),
    (SHOW_LATE, "in work, late", LATE_DIGITS),
)
"""Some of the sandbox's to scan or type: code, how it stands, last four of the telephone number."""


class Demonstration:
    """One hall from opening to closing."""

    def __init__(self, stage: Stage, crowd: int, for_s: float | None, *, taps: bool = True) -> None:
        self.stage = stage
        self.verdict: Verdict | None = None
        self._size = crowd
        self._for_s = for_s
        self._taps = taps and crowd > 0
        self._closing = asyncio.Event()
        self.opened = asyncio.Event()
        self._crowd: Crowd | None = None
        self._watch: Watch | None = None

    def close(self) -> None:
        """Let `run` come to its end."""
        self._closing.set()

    async def run(self) -> None:
        """Play until the time is over or a signal comes. Raises ProgramError if a program dies."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._closing.set)
        work = asyncio.create_task(self._play())
        ending = asyncio.create_task(self._closing.wait())
        await asyncio.wait({work, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if work.done():
            work.result()
        if self.opened.is_set() and self._for_s is not None:
            self.verdict = await asyncio.to_thread(self._judge)
        work.cancel()
        print("  Closing the hall …", flush=True)
        self.stage.close()
        await asyncio.wait({work})

    async def _play(self) -> None:
        stage = self.stage
        stage.clear()
        print("  1  e-one-stop system (a sandbox) and hub", flush=True)
        await asyncio.to_thread(stage.start_sandbox)
        await asyncio.to_thread(stage.start_hub)
        chance = random.Random()
        async with asyncio.TaskGroup() as group:
            officers = stage.enrol(STAFFED if self._size else ())
            self._watch = Watch(stage)
            group.create_task(self._watch.run())
            if self._size:
                print(f"  2  {len(officers)} officers and {self._size} citizens", flush=True)
                self._crowd = Crowd(stage.live, stage.credential(Role.KIOSK), officers, chance)
                group.create_task(self._crowd.run(self._size))
                await asyncio.sleep(WARM_UP_S)
            print("  3  printer, kiosk and display", flush=True)
            await asyncio.to_thread(stage.start_screens)
            say_where(stage)
            self.opened.set()
            if self._for_s is not None:
                asyncio.get_running_loop().call_later(self._for_s, self._closing.set)
            if self._taps and stage.screen is not None and not stage.on_real_screen:
                group.create_task(Fingers(stage.screen, stage.scale, chance).run())

    def _judge(self) -> Verdict:
        stage = self.stage
        return judge(
            read_lines(stage.journal()),
            self._crowd.citizens.wishes if self._crowd else (),
            read_paper(stage.paper),
            self._watch.changes if self._watch else (),
            read_lines(stage.announcements / "spoken.jsonl"),
        )


def say_where(stage: Stage) -> None:
    """Tell where to look."""
    kiosk, board = map(_short, stage.pictures.values())
    dossiers = "\n                        ".join(
        f"{code:<26}{state} (last four digits {digits})" for code, state, digits in DOSSIERS
    )
    where = "on this screen" if stage.on_real_screen else "on a virtual screen, see the pictures"
    print(
        f"""
  The hall is open.

    officer's console   http://{stage.web}/   sign in as {OFFICER}, password {stage.password}
                        (counter {OFFICER_COUNTER}; Enter calls the next number)
    kiosk and display   {where}
    dossiers to look up {dossiers}
                        at the kiosk, or on http://{stage.web}/d
    pictures            {kiosk}   {board}   (new every second)
    printed tickets     {_short(stage.paper)}/
    announcements       {_short(stage.announcements)}/
    logs                {_short(stage.logs)}/

  Ctrl+C closes it.
""",
        flush=True,
    )


def _short(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first plain exception of a group of groups."""
    inner = group.exceptions[0]
    return first(inner) if isinstance(inner, BaseExceptionGroup) else inner


def main() -> int:
    """Read the command line, play, and judge."""
    parser = argparse.ArgumentParser(prog="deploy.hall", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--for", dest="for_s", type=float, metavar="SECONDS", help="then judge")
    parser.add_argument("--crowd", type=int, default=20, help="people at the start; 0 for none")
    parser.add_argument("--size", type=float, help="scale of both windows, e.g. 0.5")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="pictures, paper and logs")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    stage = Stage(asked.out.resolve(), virtual=asked.for_s is not None, scale=asked.size)
    try:
        play = Demonstration(stage, asked.crowd, asked.for_s)
        asyncio.run(play.run())
    except BaseExceptionGroup as group:
        error = first(group)
        if not isinstance(error, ProgramError | MotcuaError):
            raise
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (ProgramError, MotcuaError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        stage.close()
    if asked.for_s is None:
        return 0
    if play.verdict is None:
        return 1
    print(f"\n{play.verdict.table()}\n", flush=True)
    return 0 if play.verdict.whole else 1


if __name__ == "__main__":
    sys.exit(main())
