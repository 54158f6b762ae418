import pytest

from display.loudness import Level, Loudness, QuietHours, VolumeFrom, level, minutes
from display.settings import Sound


def test_without_hours_one_volume_holds_all_day() -> None:
    assert level(Loudness(0.7), minutes("03:00")) == Level(0.7)


def test_the_volume_follows_the_hour_and_the_last_one_holds_overnight() -> None:
    loud = Loudness(1.0, (VolumeFrom("13:00", 0.5), VolumeFrom("07:00", 0.9)))
    found = [level(loud, minutes(time)).volume for time in ("07:00", "12:59", "13:00", "06:59")]
    assert found == [0.9, 0.9, 0.5, 0.5]


def test_in_quiet_hours_there_is_only_a_soft_chime() -> None:
    hush = Loudness(quiet=(QuietHours("11:30", "13:30"), QuietHours("22:00", "06:00")))
    assert level(hush, minutes("11:30")) == Level(0.2, words=False)
    assert level(hush, minutes("13:30")) == Level(1.0)
    assert [level(hush, minutes(time)).words for time in ("21:59", "23:00", "05:59", "06:00")] == [
        *(True, False, False, True)
    ]


@pytest.mark.parametrize("time", ["7:30", "24:00", "12:60", "noon", ""])
def test_what_is_no_time_of_day_is_refused(time: str) -> None:
    with pytest.raises(ValueError, match="HH:MM"):
        VolumeFrom(time, 1.0)


def test_a_volume_beyond_full_and_quiet_hours_without_length_are_refused() -> None:
    for volume in (1.1, 0.0, 0.049, -1.0):
        with pytest.raises(ValueError, match=r"0\.05 to 1\.0; for a silent display set"):
            VolumeFrom("07:00", volume)
        with pytest.raises(ValueError, match=r"quiet_volume must be 0\.05"):
            Sound(quiet_volume=volume)
    with pytest.raises(ValueError, match="must not end when they begin"):
        QuietHours("07:00", "07:00")
