"""What a demonstration sees of its hall: deaths, changes of the board's picture, the status."""

import asyncio
import contextlib
from datetime import datetime

from deploy.hall.programs import ProgramError
from deploy.hall.stage import Stage
from deploy.hall.verdict import read_lines
from shared.link import Link
from shared.messages import SupervisorView
from shared.model import Role, Seq

STATUS_EVERY_S = 10.0


class Watch:
    """Looks on as the supervisor; `changes` are the moments (seconds since 1970) at which the
    board's picture changed."""

    def __init__(self, stage: Stage) -> None:
        self.changes: list[float] = []
        self._stage = stage
        self._view: SupervisorView | None = None
        self._link = Link(
            stage.live,
            role=Role.SUPERVISOR,
            credential=stage.credential(Role.SUPERVISOR),
            view=SupervisorView,
            on_view=self._see,
            on_touch=lambda touch: None,
        )

    async def run(self) -> None:
        """Watch until cancelled. Raises ProgramError when a program of the hall dies."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._link.run())
            group.create_task(self._watch_board())
            group.create_task(self._say_status())
            group.create_task(self._watch_programs())

    async def _watch_programs(self) -> None:
        while True:
            if dead := self._stage.dead():
                raise ProgramError(dead.obituary())
            await asyncio.sleep(0.2)

    async def _watch_board(self) -> None:
        picture = self._stage.pictures["board"]
        while True:
            with contextlib.suppress(FileNotFoundError):
                changed = picture.stat().st_mtime
                if changed not in self.changes[-1:]:
                    self.changes.append(changed)
            await asyncio.sleep(0.1)

    async def _say_status(self) -> None:
        while True:
            await asyncio.sleep(STATUS_EVERY_S)
            if self._view is None:
                continue
            states = " · ".join(f"{n} {state}" for state, n in self._view.totals.items() if n)
            papers = len(list(self._stage.paper.glob("*.png")))
            spoken = len(read_lines(self._stage.announcements / "spoken.jsonl"))
            now = f"{datetime.now():%H:%M:%S}"
            print(f"  {now}  {states} · {papers} printed · {spoken} spoken", flush=True)

    def _see(self, view: SupervisorView, seq: Seq) -> None:
        self._view = view
