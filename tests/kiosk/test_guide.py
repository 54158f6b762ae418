"""Spoken guidance: every screen is read out, and a few keys lead through all of them."""

from typing import Any

import pytest
from msgspec.structs import replace

from kiosk import guide as g, moves as m
from kiosk.faces import Bar, Face, face
from kiosk.flow import Flow, Screen
from kiosk.guide import Choose, Ended, Forgotten, Guide, Highlight, Hush, Key, Plugged, Say, Shown
from kiosk.guide_news import asks
from kiosk.procedure_faces import ProcedureFace, ProceduresFace
from kiosk.reading import items, reading
from shared.dossiers import DossierState
from shared.messages import DossierNotFound, PrinterState, Refused
from shared.model import RequestId, ServiceId, Wait
from tests.kiosk import hall as h
from tests.kiosk.lookup_states import lookup_states

PLAIN_BAR = Bar()


def seen(flow: Flow, ms: int) -> Face:
    return face(flow, h.at(ms))


def texts(shown: Face) -> list[str]:
    return [one.text for one in items(shown)]


class Listener:
    """Somebody with headphones: remembers what was said and done."""

    def __init__(self, shown: Face, met: bool = True) -> None:
        self.guide = Guide(on=True, met=met)
        self.said: list[Say] = []
        self.done: list[Any] = []
        self.tell(Shown(shown))

    def tell(self, *what: g.What) -> str:
        """What was said to the last of these."""
        for one in what:
            self.guide, effects = g.step(self.guide, one)
            spoken = [effect for effect in effects if isinstance(effect, Say)]
            self.said += spoken
            self.done += [effect for effect in effects if not isinstance(effect, Say)]
        return " ".join(one.text for one in spoken)

    def to(self, thing: object) -> str:
        """Press NEXT until that can be chosen."""
        assert self.guide.face is not None
        for _item in items(self.guide.face):
            if self.guide.thing == thing:
                return self.said[-1].text
            self.tell(Key.NEXT)
        raise AssertionError(f"{thing} is not on the screen")


def services(ms: int = 1_500) -> Face:
    return seen(h.walk((1_000, m.Start()), start=h.home()), ms)


# --- beginning and end -------------------------------------------------------------------


@pytest.mark.parametrize("what", [*Key, Plugged(True)])
def test_any_key_or_headphones_begin_the_guidance_and_do_nothing_else(what: g.What) -> None:
    guide, effects = g.step(Guide(), what)
    assert guide.on
    assert effects == (Choose(m.Guided(True)),)


def test_without_guidance_nothing_is_said_and_no_face_is_kept() -> None:
    shown = seen(h.home(), 500)
    for what in (Shown(shown), Plugged(False), g.Silence(), Forgotten(), Ended()):
        assert g.step(Guide(), what) == (Guide(), ())


def test_a_person_is_told_of_the_keys_once() -> None:
    one = Listener(seen(h.home(), 500), met=False)
    welcome = one.said[-1].text
    assert welcome.startswith("Xin chào.")
    assert "Phím tiếp" in welcome
    assert welcome.endswith("Lấy số thứ tự. 142 người đang chờ, 21 quầy đang mở. 1 trên 11.")
    opened = one.tell(Shown(services()))
    assert opened.startswith("Ông bà cần làm việc gì? Đất đai.")


def test_pulling_the_headphones_out_ends_it_at_once() -> None:
    one = Listener(services())
    one.tell(Plugged(True))
    assert one.guide.on
    one.done.clear()
    one.tell(Plugged(False))
    assert one.guide == Guide()
    assert one.done == [Hush(), Highlight(None), Choose(m.Guided(False))]


def test_who_has_left_is_forgotten_and_the_next_hears_how_to_begin() -> None:
    one = Listener(seen(replace(h.home(), language="en"), 500))
    words = one.tell(Ended())
    assert one.guide == Guide()
    assert one.said[-1].language == "en"
    assert words
    assert Guide(on=True).face is None
    assert one.tell(Key.NEXT) == ""
    assert "tắt" in one.tell(Ended())


def test_the_end_is_told_in_the_language_of_who_has_left_though_the_screens_are_forgotten() -> None:
    one = Listener(seen(replace(h.home(), language="en"), 500))
    one.tell(Forgotten(), Ended())
    assert one.said[-1].language == "en"


def test_what_was_shown_is_forgotten_on_request_and_no_repr_tells_of_it() -> None:
    one = Listener(seen(h.at_dossier(), 1_100))
    assert h.CODE not in repr(one.guide)
    one.tell(Forgotten())
    assert one.guide.on and one.guide.face is None and one.guide.thing is None
    assert one.tell(Key.NEXT) == one.tell(g.Silence()) == ""


# --- keys --------------------------------------------------------------------------------


def test_next_and_previous_go_round_and_say_the_place() -> None:
    one = Listener(seen(h.home(), 500))
    assert one.tell(Key.NEXT) == (
        "Tra cứu hồ sơ. Hồ sơ đang ở bước nào, khi nào có kết quả. 2 trên 11."
    )
    assert one.done[-1] == Highlight(m.OpenLookup())
    assert one.tell(Key.PREVIOUS).endswith("1 trên 11.")
    assert one.tell(Key.PREVIOUS).endswith("11 trên 11.")
    assert one.tell(Key.NEXT).endswith("1 trên 11.")


STATES = h.states() | lookup_states()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("state", STATES)
def test_next_leads_through_every_screen_and_round_to_where_it_began(
    state: str, language: str
) -> None:
    flow, now = STATES[state]
    shown = face(replace(flow, language=language), now)
    one = Listener(shown)
    if asks(shown):
        assert one.tell(*[Key.NEXT] * 3) == ""
        return
    opened = one.said[-1].text
    count = len(items(shown))
    heard = [one.tell(Key.NEXT) for _item in range(count)]
    trail = "{} trên {}." if language == "vi" else "{} of {}."
    for place, words in enumerate(heard, start=1):
        assert words.endswith(trail.format(place % count + 1, count))
    assert opened.endswith(heard[-1])
    assert one.tell(*[Key.PREVIOUS] * count) == heard[-1]
    assert len(set(heard)) == count


def test_choose_makes_the_move_and_says_so_where_there_is_none() -> None:
    one = Listener(seen(h.home(), 500))
    assert one.tell(Key.CHOOSE) == ""
    assert one.done[-1] == Choose(m.Start())
    one.tell(Key.PREVIOUS)
    assert one.tell(Key.CHOOSE).startswith("Mục này chỉ để nghe.")


def test_again_repeats_and_twice_in_a_row_explains_the_keys() -> None:
    one = Listener(seen(h.home(), 500))
    one.tell(Key.NEXT)
    assert one.tell(Key.AGAIN).startswith("Kính chào ông bà. Ông bà cần việc gì hôm nay? Tra cứu")
    assert one.tell(Key.AGAIN).startswith("Phím tiếp: nghe mục sau.")
    assert one.tell(Key.AGAIN).startswith("Kính chào")
    one.tell(Key.NEXT)
    assert one.tell(Key.AGAIN).startswith("Kính chào")


def test_a_long_silence_is_broken_once_a_screen_after_what_is_being_said() -> None:
    one = Listener(seen(h.home(), 500))
    assert "phím tiếp" in one.tell(g.Silence())
    assert not one.said[-1].interrupt
    assert one.tell(g.Silence()) == ""
    one.tell(Shown(services()))
    assert one.tell(g.Silence())


# --- time --------------------------------------------------------------------------------


def test_the_warning_is_said_twice_and_any_key_is_only_the_answer() -> None:
    one = Listener(services())
    one.tell(Key.NEXT)
    calm = services(40_000)
    assert one.tell(Shown(calm)) == ""
    warning = one.tell(Shown(services(46_100)))
    assert warning.startswith("Ông bà còn ở đây không? Màn hình sẽ về trang đầu sau 15 giây.")
    assert "phím bất kỳ" in warning
    assert one.tell(Shown(services(50_100))) == ""
    assert one.tell(Shown(services(56_100))) == "Màn hình sẽ về trang đầu sau 5 giây."
    one.done.clear()
    for key in Key:
        assert one.tell(key) == ""
    assert one.done == []
    back = one.tell(Shown(services(1_500)))
    assert back.startswith("Cảm ơn ông bà.")
    assert back.endswith("2 trên 27.")
    assert one.tell(Shown(services(46_100)))


def test_the_ticket_says_when_it_goes() -> None:
    flow = h.ticket_flow()
    one = Listener(seen(flow, 3_400))
    assert one.tell(Shown(seen(flow, 4_000))) == ""
    assert "sau 15 giây" in one.tell(Shown(seen(flow, 8_200)))
    assert one.tell(Shown(seen(flow, 10_200))) == ""
    assert one.tell(Shown(seen(flow, 18_200))) == "Màn hình sẽ về trang đầu sau 5 giây."


# --- what changes on a screen ------------------------------------------------------------


def test_printing_is_told_after_the_number() -> None:
    one = Listener(seen(h.ticket_flow(), 3_400))
    assert one.said[-1].text == (
        "Đã lấy số cho ông bà. Số của ông bà là rờ, không một hai. Văn hóa, Thể thao và Du lịch."
        " Còn 7 người ở phía trước. Dự kiến chờ từ 15 đến 25 phút. các quầy phục vụ 4, 5, 6."
        " 1 trên 10."
    )
    done = h.walk((4_000, h.printed("ok")), start=h.ticket_flow())
    assert one.tell(Shown(seen(done, 4_000))) == (
        "Đã in xong. Mời ông bà lấy phiếu ở khe bên dưới."
    )
    assert not one.said[-1].interrupt
    failed = h.walk((4_000, h.printed("no_paper")), start=h.ticket_flow())
    one = Listener(seen(h.ticket_flow(), 3_400))
    assert one.tell(Shown(seen(failed, 4_000))).startswith("Máy in hết giấy.")
    held = h.walk((4_000, m.PrinterIs(PrinterState.COVER_OPEN)), start=h.ticket_flow())
    assert one.tell(Shown(seen(held, 4_000))).startswith("Nắp máy in đang mở.")
    sent = h.walk((4_000, h.printed("sent")), start=h.ticket_flow())
    assert one.tell(Shown(seen(sent, 4_000))).startswith("Mời ông bà xem phiếu ở khe bên dưới.")


def test_a_wait_that_nobody_knows_is_said_without_a_sign() -> None:
    told = texts(seen(h.ticket_flow(wait=None), 3_400))[0]
    assert "Chưa ước được thời gian chờ." in told and "–" not in told
    soon = texts(seen(h.ticket_flow(wait=Wait(0, 5)), 3_400))[0]
    assert "Dự kiến chờ không quá 5 phút." in soon


def test_the_wait_is_told_in_whole_sentences_of_the_language() -> None:
    def told(**place: Any) -> str:
        return texts(seen(replace(h.ticket_flow(**place), language="en"), 3_400))[0]

    assert "7 people are ahead of you. Expected wait: 15 to 25 minutes. counters" in told()
    assert "1 person is ahead of you. Expected wait: up to 5 minutes." in told(
        ahead=1, wait=Wait(0, 5)
    )
    assert "It is nearly your turn. counters" in told(ahead=0)


def test_a_number_that_takes_long_is_told_in_stages() -> None:
    flow = h.waiting_flow()
    one = Listener(seen(flow, 3_400))
    assert one.said[-1].text.startswith("Đang lấy số. Văn hóa")
    assert one.tell(Shown(seen(flow, 8_000))).startswith("Vẫn đang lấy số")
    one.tell(Shown(seen(flow, 34_000)))
    one.to(m.GiveUp())


def test_a_typed_code_is_told_sign_by_sign_and_the_key_stays_under_the_finger() -> None:
    start = h.at_code("H41.15-26111")
    one = Listener(seen(start, 3_000))
    one.to(m.PadKey("0"))
    typed = h.at_code("H41.15-261110")
    assert one.tell(Shown(seen(typed, 3_100))).startswith("không")
    assert one.said[-1].interrupt
    assert one.guide.thing == m.PadKey("0") or one.guide.thing is not None
    erased = one.tell(Shown(seen(start, 3_200)))
    assert erased.startswith("Đã xóa, còn hát, bốn một")
    assert one.tell(Shown(seen(h.at_code(), 3_300))).startswith("Đã xóa hết")
    one.to(m.PickStart("H41.15-"))
    one.tell(Shown(seen(h.at_code("H"), 3_400)))
    one.to(m.LookUp())


def test_a_whole_code_can_be_looked_up_at_once() -> None:
    one = Listener(seen(h.at_code("H41.15-261110-004200"), 3_000))
    one.to(m.PadKey("0"))
    words = one.tell(Shown(seen(h.at_code("H41.15-261110-0042000"), 3_100)))
    assert "Tra cứu" in words
    assert one.guide.thing == m.LookUp()


def test_digits_are_counted_and_never_said() -> None:
    one = Listener(seen(h.at_digits(), 4_000))
    assert one.tell(Shown(seen(h.at_digits("43"), 4_000))) == "Đã nhập 2 trong bốn số"
    checking = h.at_digits("4321")
    assert one.tell(Shown(seen(checking, 4_000))) == "Đang kiểm tra."
    wrong = h.answer(checking, DossierNotFound(), 4_100)
    assert one.tell(Shown(seen(wrong, 4_200))).startswith("Bốn số không khớp")
    assert one.tell(Shown(replace(seen(wrong, 4_200), header=h_other()))) == ""


def h_other() -> Any:
    return replace(seen(h.home(), 500).header, clock="08:16")


def test_a_name_and_a_slip_are_told_when_they_come() -> None:
    one = Listener(seen(h.at_dossier(), 1_100))
    named = h.at_dossier(h.dossier(applicant="N***** V** A"))
    assert one.tell(Shown(seen(named, 1_200))) == "Chủ hồ sơ: nờ, vê, a"
    printing = h.walk((2_000, m.PrintSlip()), start=named)
    assert one.tell(Shown(seen(printing, 2_100))) == "Đang in phiếu."
    assert one.tell(Shown(seen(printing, 3_100))) == ""


def test_looking_up_tells_that_it_is_slow() -> None:
    flow = h.looking()
    one = Listener(seen(flow, 1_400))
    assert one.tell(Shown(seen(flow, 2_000))) == ""
    assert "chậm" in one.tell(Shown(seen(flow, 5_000)))


def test_the_procedures_are_told_as_one_types() -> None:
    one = Listener(seen(h.at_list(), 2_500))
    one.to(m.TypeKey("d"))
    assert one.tell(Shown(seen(h.at_list("d"), 2_500))).startswith("Đã gõ: d. Tìm thấy")
    assert one.guide.thing == m.TypeKey("d")
    again = replace(h.at_list(), browse=replace(h.at_list().browse, page=0))  # type: ignore[type-var]
    assert one.tell(Shown(seen(again, 2_500))).startswith("Đã gõ: chưa có chữ nào.")
    assert one.tell(Shown(replace(seen(again, 2_500), header=h_other()))) == ""


def test_lines_that_grow_while_somebody_listens_are_not_told() -> None:
    one = Listener(seen(h.home(), 500))
    assert one.tell(Shown(seen(h.home(h.view(waiting=143)), 500))) == ""
    assert one.tell(Shown(seen(h.home(h.view(waiting=143)), 500))) == ""


def test_a_notice_is_told_anew_where_more_than_a_figure_has_changed() -> None:
    def notice(safe: str, advice: str = "B") -> Face:
        shown = seen(h.home(h.view(open=False)), 500)
        return replace(shown, body=replace(shown.body, safe=safe, advice=advice))

    one = Listener(notice("Mời chờ 9 giây."))
    assert one.tell(Shown(notice("Mời chờ 8 giây."))) == ""
    assert one.tell(Shown(notice("Mời đặt lại."))) == "Mời đặt lại."
    assert one.tell(Shown(notice("Mời đặt lại.", "C"))) == "C."


def test_another_body_under_the_same_screen_says_nothing_by_itself() -> None:
    shown = seen(h.home(), 500)
    one = Listener(shown)
    assert one.tell(Shown(replace(shown, body=services().body))).startswith("Ông bà cần")
    guide, effects = g.step(replace(one.guide, face=shown), Shown(shown))
    assert effects == () and guide.face == shown


def test_turning_a_page_begins_with_its_first_service() -> None:
    flow = h.walk((1_000, m.Start()), start=h.home(h.many(34)))
    one = Listener(seen(flow, 1_500))
    assert "Trang 1 trên 2" in one.said[-1].text
    one.to(m.TurnPage(1))
    turned = h.walk((2_000, m.TurnPage(1)), start=flow)
    assert one.tell(Shown(seen(turned, 2_500))).startswith(
        "Ông bà cần làm việc gì? Trang 2 trên 2."
    )
    one.to(m.TurnPage(-1))


def test_how_one_reads_changes_and_one_stays_where_one_was() -> None:
    flow = h.home()
    one = Listener(seen(flow, 500))
    one.to(m.Toggle(m.Mode.LARGE))
    large = h.walk((600, m.Toggle(m.Mode.LARGE)), start=flow)
    assert one.tell(Shown(seen(large, 700))).startswith("Chữ to, đang bật")
    one.to(m.PickLanguage("en"))
    english = h.walk((800, m.PickLanguage("en")), start=large)
    one.tell(Shown(seen(english, 900)))
    assert one.said[-1].language == "en"
    assert one.guide.focus == 6


def test_what_only_tells_keeps_its_place_as_far_as_there_are_items() -> None:
    one = Listener(seen(h.home(), 500))
    one.tell(Key.PREVIOUS)
    fewer = replace(h.home(), catalogue=None)
    one.tell(Shown(seen(fewer, 600)))
    assert one.guide.focus == 9


# --- what is on the screens --------------------------------------------------------------


def test_a_question_stands_for_the_screen_below() -> None:
    asking = h.walk((4_000, m.DropTicket()), start=h.ticket_flow())
    one = Listener(seen(h.ticket_flow(), 3_400))
    assert one.tell(Shown(seen(asking, 4_500))).startswith("Bỏ số rờ, không một hai? Ông bà sẽ mất")
    one.to(m.KeepTicket())
    one.to(m.ConfirmDrop())
    idle = items(services(50_000))
    assert [one.thing for one in idle][:2] == [m.Touched(), m.Home()]


def test_priority_is_asked_in_one_breath() -> None:
    flow = h.walk(
        (1_000, m.Start()), (2_000, m.PickService(ServiceId("s14"), h.request())), start=h.home()
    )
    read = reading(seen(flow, 2_500))
    assert "thuộc diện ưu tiên không?" in read.opening
    assert read.items[0].thing == m.PickPriority(None, RequestId(""))
    assert read.items[1].text == (
        "Nếu có, mời ông bà chọn. Không cần giấy tờ chứng minh. Người cao tuổi"
    )
    without = h.walk(
        (2_000, m.PickService(ServiceId("s14"), h.request())),
        start=replace(flow, screen=Screen.SERVICES, view=h.view(priorities=())),
    )
    bare = replace(flow, view=without.view)
    assert [one.thing for one in items(seen(bare, 2_500))][1] == m.Back()


def test_of_several_languages_all_others_are_read_in_their_own_words() -> None:
    told = items(seen(replace(h.home(), languages=("vi", "en", "lo")), 1_000))
    chosen = [one.thing for one in told if isinstance(one.thing, m.PickLanguage)]
    assert chosen == [m.PickLanguage("en"), m.PickLanguage("lo")]


def test_a_refusal_says_what_is_safe_and_what_to_do_before_the_ways_off() -> None:
    refused = h.answer(h.looking(), Refused(h.request(), "too_many_lookups", ""), 1_200)
    read = reading(seen(refused, 1_300))
    assert read.opening == "Máy này đã tra cứu nhiều lần liền nhau"
    assert read.items[0].text.startswith("Mời ông bà thử lại sau ít phút.")
    assert [one.thing for one in read.items[1:3]] == [m.Start(), m.Home()]


def test_a_dossier_is_read_from_where_it_stands_to_what_to_do() -> None:
    found = h.dossier(DossierState.PAPERS_WANTED, applicant="N***** V** A")
    shown = seen(h.at_dossier(found), 1_100)
    told = texts(shown)
    assert told[0].startswith("Cần bổ sung giấy tờ")
    assert told[1].startswith("Việc ông bà cần làm bây giờ: Nộp giấy tờ bổ sung")
    assert "Bước sắp tới: Trả kết quả." in " ".join(told)
    assert "Chủ hồ sơ: nờ, vê, a" in told
    assert m.AskName() not in [one.thing for one in items(shown)]
    printed = h.walk((2_000, m.PrintSlip()), start=h.at_dossier(found))
    assert m.PrintSlip() not in [one.thing for one in items(seen(printed, 2_100))]
    working = h.at_dossier(h.dossier(DossierState.HANDED_OVER))
    assert m.TakeForDossier(RequestId("")) not in [one.thing for one in items(seen(working, 1_100))]


def test_a_procedure_is_read_paper_by_paper() -> None:
    told = texts(seen(h.at_procedure(), 4_000))
    assert told[1] == "Giấy tờ thường cần: 1. Đơn theo mẫu số 11"
    assert told[2] == "2. Bản gốc giấy chứng nhận"
    bare = replace(seen(h.at_procedure(), 4_000), body=ProcedureFace(name="Tư vấn"))
    assert texts(bare)[:2] == ["Quay lại", "Trang đầu"]


def test_keys_that_lead_nowhere_are_not_read_out() -> None:
    things = [one.thing for one in items(seen(h.at_code("H41"), 3_000))]
    assert m.PadKey(".") in things and m.PadKey("A") not in things
    assert m.PadKey("H") in [one.thing for one in items(seen(h.at_code(), 3_000))]


def test_a_keyboard_is_read_in_the_order_of_the_alphabet() -> None:
    shown = replace(seen(h.at_list(), 2_500), body=ProceduresFace(keys=(("b", "1"), ("a", " "))))
    keys = [one.thing for one in items(shown) if isinstance(one.thing, m.TypeKey)]
    assert [one.key for one in keys] == ["a", "b", " ", "1"]


def test_an_empty_home_and_a_kiosk_with_one_language_are_read_too() -> None:
    bare = seen(h.home(h.view(services=(), dossier_prefixes=())), 500)
    bare = replace(bare, bar=PLAIN_BAR, body=type(bare.body)(), header=type(bare.header)())
    assert [one.thing for one in items(bare)] == [m.Start()]


def test_a_dossier_without_anything_to_do_offers_no_number() -> None:
    shown = seen(h.at_dossier(), 1_100)
    bare = replace(shown, body=replace(shown.body, todo="", button="", priority=""))
    told = texts(bare)
    assert not [one for one in told if one.startswith("Việc ông bà")]
    assert m.TakeForDossier(RequestId("")) not in [one.thing for one in items(bare)]


def test_another_ticket_dossier_or_procedure_is_read_from_its_beginning() -> None:
    one = Listener(seen(h.at_procedure(), 4_000))
    assert one.tell(Shown(seen(h.at_procedure("1.013978"), 4_000))).startswith("Đăng ký đất đai")
