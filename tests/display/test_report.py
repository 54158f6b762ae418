from display.announcer import Behind
from display.report import DEAF_UP_S, DRAWN_WITHIN_S, HEARD_WITHIN_S, Glass, report, vital
from shared.messages import ReportFrame, Sound
from shared.model import Seq


def test_a_report_says_what_is_on_the_glass_and_in_the_air() -> None:
    glass = Glass(Seq(7), "5b1f7a3c5b1f7a3c")
    assert report(glass, 0.8124, Sound.WELL, Behind(3, 1500, 1), (Seq(6),)) == ReportFrame(
        Seq(7), "5b1f7a3c5b1f7a3c", 812, Sound.WELL, 3, 1500, (Seq(6),)
    )


def test_nothing_is_reported_before_there_is_a_view_a_frame_and_a_tried_loudspeaker() -> None:
    assert report(Glass(None, "5b"), 0.0, Sound.WELL, Behind(), ()) is None
    assert report(Glass(Seq(1)), 0.0, Sound.WELL, Behind(), ()) is None
    assert report(Glass(Seq(1), "5b"), 0.0, None, Behind(), ()) is None


def test_a_link_that_is_live_must_hear_the_hub_and_a_lost_one_need_not() -> None:
    assert vital(True, HEARD_WITHIN_S)
    assert not vital(True, HEARD_WITHIN_S + 0.1)
    assert vital(False, 3600.0)


def test_a_view_that_stays_undrawn_is_no_life_even_without_a_link() -> None:
    assert vital(False, 0.0, undrawn_s=DRAWN_WITHIN_S)
    assert not vital(False, 0.0, undrawn_s=DRAWN_WITHIN_S + 0.1)


def test_a_deaf_display_ends_at_most_once_in_ten_minutes() -> None:
    assert vital(True, 0.0, deaf=True, up_s=DEAF_UP_S - 1)
    assert not vital(True, 0.0, deaf=True, up_s=DEAF_UP_S)
    assert vital(True, 0.0, deaf=False, up_s=DEAF_UP_S)
