from pathlib import Path
from typing import Any

from shared.vitals import Vital, Vitals, read
from tests.kivy_window import clear, step, until


async def test_every_second_what_a_program_costs_is_written_down(
    kivy_window: Any, tmp_path: Path
) -> None:
    from kivy.clock import Clock

    clear(kivy_window)
    step(kivy_window, 2)  # what an earlier test has left to be done
    file = tmp_path / "vitals.jsonl"
    before = len(Clock.get_events())
    vitals = Vitals(file, lambda: 7)
    kivy_window.bind(on_flip=lambda *_args: vitals.flipped())
    kivy_window.canvas.ask_update()
    await until(kivy_window, lambda: len(read(file)) >= 2)
    vitals.close()
    vitals.close()
    step(kivy_window, 2)
    first = read(file)[0]
    assert first.spoken == 7
    assert first.rss_kb > 10_000 and first.files > 3
    assert first.clock_events >= before + 1
    assert all(ms > 0 for one in read(file) for ms in one.frames_ms)
    assert any(one.frames_ms for one in read(file))
    assert len(Clock.get_events()) == before


def test_a_half_written_line_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "vitals.jsonl"
    file.write_bytes(b'{"at":1.0,"rss_kb":1,"files":2,"clock_events":3}\n{"at":2')
    assert read(file) == [Vital(1.0, 1, 2, 3)]
