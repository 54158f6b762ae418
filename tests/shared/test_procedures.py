"""Searching the catalogue: what people type, and what they should see first."""

import re
import tomllib
import unicodedata
from pathlib import Path

import msgspec
import pytest

from shared.model import ServiceId
from shared.procedures import Catalogue
from shared.questions import Procedure

ROOT = Path(__file__).resolve().parents[2]
LONGEST_NAME = 140
"""Letters that a card on the kiosk has room for."""

WITHOUT_PROCEDURES = {
    *("nhan-ket-qua", "dien-luc", "ngoai-vu", "dan-toc-ton-giao", "van-phong"),
    *("thanh-tra", "khoa-hoc"),
}
"""Services that none is known for: results are handed out there, or their lists are awaited."""


def _read() -> tuple[Procedure, ...]:
    text = (ROOT / "config" / "procedures.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    return msgspec.convert(raw["procedures"], tuple[Procedure, ...])


SHIPPED = _read()
CATALOGUE = Catalogue(SHIPPED)


def _named(*names: str, words: tuple[str, ...] = (), agency: str = "Sở") -> Catalogue:
    made = [
        Procedure(f"1.00000{place}", name, agency, ServiceId("x"), words=words)
        for place, name in enumerate(names)
    ]
    return Catalogue(tuple(made))


def _found(catalogue: Catalogue, query: str) -> list[str]:
    return [one.name for one in catalogue.search(query)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("khai sinh", "1.001193"),
        ("khai sin", "1.001193"),
        ("trich luc khai sinh", "2.000635"),
        ("trích lục", "2.000635"),
        ("dat dai", "1.013978"),
        ("đất đai", "1.013978"),
        ("sang ten so do", "1.013831"),
        ("mat so do", "1.012786"),
        ("sổ đỏ", "1.013978"),
        ("so do", "1.013978"),
        ("tach thua", "1.012784"),
        ("ho chieu", "1.001456"),
        ("hộ chiếu", "1.001456"),
        ("ly lich", "3.000333"),
        ("lý lịch tư pháp", "3.000333"),
        ("giay phep xay dung", "1.013236"),
        ("xay nha", "1.013236"),
        ("doi bang lai", "3.000347"),
        ("mat bang lai", "3.000348"),
        ("bhxh mot lan", "1.014173"),
        ("bảo hiểm xã hội một lần", "1.014173"),
        ("the bhyt", "1.014137"),
        ("thanh lap cong ty", "2.001583"),
        ("mo cong ty", "2.001610"),
        ("cong ty co phan", "2.002043"),
        ("that nghiep", "1.014748"),
        ("giấy phép lao động", "1.014199"),
        ("gia han giay phep lao dong", "1.014201"),
        ("cong chung", "1.013803"),
        ("sao y", "2.000815"),
        ("ket hon", "1.000894"),
        ("doc than", "1.004873"),
        ("karaoke", "1.001029"),
        ("1.01278", "1.012783"),
        ("1.012790.000.00.00.H41", "1.012790"),
        ("1012790", "1.012790"),
        ("3.000347", "3.000347"),
    ],
)
def test_what_people_type_finds_what_they_come_for_first(query: str, first: str) -> None:
    assert CATALOGUE.search(query)[0].code == first


def test_land_comes_before_all_else_for_land() -> None:
    services = [one.service for one in CATALOGUE.search("dat dai", 8)]
    assert services == ["dat-dai"] * 8


def test_nothing_typed_shows_all_in_their_order() -> None:
    assert CATALOGUE.search("") == SHIPPED
    assert CATALOGUE.search(" . ", 3) == SHIPPED[:3]
    assert Catalogue(()).search("") == ()


def test_words_that_nobody_uses_find_nothing() -> None:
    assert CATALOGUE.search("zzz qqq") == ()
    assert Catalogue(()).search("khai sinh") == ()


def test_no_more_than_wanted_are_found() -> None:
    assert len(CATALOGUE.search("cap", 4)) == 4


def test_the_last_word_may_be_unfinished_and_no_other() -> None:
    catalogue = _named("Cấp hộ chiếu")
    assert catalogue.search("ho chi")
    assert not catalogue.search("h chieu")


def test_typed_tones_put_what_bears_them_first_and_hide_nothing() -> None:
    catalogue = _named("Đạt chuẩn", "Thuê đất")
    assert _found(catalogue, "đất") == ["Thuê đất", "Đạt chuẩn"]
    assert _found(catalogue, "đạt") == ["Đạt chuẩn", "Thuê đất"]
    assert _found(catalogue, "dat") == ["Đạt chuẩn", "Thuê đất"]


def test_a_tone_may_stand_on_either_vowel_and_a_mark_alone_counts() -> None:
    catalogue = _named("Hoa", "Hòa giải", "Hoàn thành")
    assert _found(catalogue, "hoà")[0] == "Hòa giải"
    assert _found(_named("Dan", "Đan"), "đan") == ["Đan", "Dan"]


def test_one_wrong_letter_is_forgiven_in_words_of_five() -> None:
    catalogue = _named("Doanh nghiệp")
    for query in ("doanh nghuep", "doanh nghep", "doanh nghieep", "doanh ngihep", "doamh nghiep"):
        assert catalogue.search(query)
    assert not catalogue.search("doanh ngheeepp")
    assert not catalogue.search("doan nghiep")


def test_a_wrong_letter_that_makes_another_known_word_is_forgiven_where_nothing_fits() -> None:
    catalogue = _named("Thành lập hội", "Tháng mười")
    assert _found(catalogue, "thang lap") == ["Thành lập hội"]


def test_an_unfinished_word_may_have_a_wrong_letter_too() -> None:
    assert _found(_named("Nghiệp vụ"), "nghuep v") == ["Nghiệp vụ"]
    assert _found(_named("Trường học"), "trpang") == []
    assert _found(_named("Nghiêng"), "nghuen") == ["Nghiêng"]


def test_words_of_a_sentence_that_no_procedure_knows_are_passed_over() -> None:
    assert CATALOGUE.search("tôi muốn làm khai sinh")[0].code == "1.001193"


def test_no_more_than_eight_words_are_looked_at() -> None:
    assert _found(_named("Cấp thẻ"), "cap the " * 4 + "zzz") == ["Cấp thẻ"]


def test_a_name_comes_before_other_words_and_these_before_the_agency() -> None:
    name = Procedure("1.000003", "Đăng ký xe máy", "Sở", ServiceId("x"))
    words = Procedure("1.000002", "Biển số", "Sở", ServiceId("x"), words=("xe máy cũ",))
    agency = Procedure("1.000001", "Khác", "Phòng xe máy", ServiceId("x"))
    apart = Procedure("1.000004", "Máy của xe", "Sở", ServiceId("x"))
    mixed = Procedure("1.000005", "Thuê xe", "Sở", ServiceId("x"), words=("máy",))
    split = Procedure("1.000006", "Xe khác", "Sở máy", ServiceId("x"))
    catalogue = Catalogue((split, mixed, apart, agency, words, name))
    expected = (name, words, agency, apart, mixed, split)
    assert catalogue.search("xe may") == expected


def test_an_earlier_place_in_the_name_is_better_and_else_the_catalogues_order_holds() -> None:
    assert _found(_named("Cấp đổi thẻ", "Đổi thẻ", "Đổi thẻ khác"), "doi the") == [
        "Đổi thẻ",
        "Đổi thẻ khác",
        "Cấp đổi thẻ",
    ]


def test_a_number_is_a_codes_beginning_first_and_a_word_then() -> None:
    catalogue = _named("Lý lịch số 1", "Khác")
    assert _found(catalogue, "1.000001") == ["Khác"]
    assert _found(catalogue, "1 0") == ["Lý lịch số 1", "Khác"]
    assert _found(catalogue, "so 1") == ["Lý lịch số 1"]


def test_a_procedure_is_found_by_its_code() -> None:
    one = CATALOGUE.by_code("1.012790")
    assert one is not None
    assert one.service == "dat-dai"
    assert CATALOGUE.by_code("9.999999") is None


def test_the_fingerprint_names_content_and_order() -> None:
    assert CATALOGUE.fingerprint == Catalogue(SHIPPED).fingerprint
    assert CATALOGUE.fingerprint != Catalogue(SHIPPED[1:]).fingerprint
    assert CATALOGUE.fingerprint != Catalogue(SHIPPED[::-1]).fingerprint
    changed = msgspec.structs.replace(SHIPPED[0], fee="khác")
    assert CATALOGUE.fingerprint != Catalogue((changed, *SHIPPED[1:])).fingerprint


def test_loose_accents_are_read_as_composed_ones() -> None:
    loose = unicodedata.normalize("NFD", "hộ chiếu")
    assert CATALOGUE.search(loose) == CATALOGUE.search("hộ chiếu")


# --- the shipped file ----------------------------------------------------------------------------


def test_the_shipped_catalogue_holds_sixty_with_codes_of_their_own() -> None:
    codes = [one.code for one in SHIPPED]
    assert len(codes) >= 60
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[0-9]\.[0-9]{6}", code) for code in codes)


def test_every_procedure_leads_to_a_service_and_an_agency_of_the_site() -> None:
    site = tomllib.loads((ROOT / "config" / "site.toml").read_text(encoding="utf-8"))
    groups = {one["id"]: one["name"] for one in site["groups"]}
    agency_of = {one["id"]: groups[one["group"]] for one in site["services"]}
    for one in SHIPPED:
        assert one.agency in groups.values(), one.code
        if one.service:
            assert agency_of[one.service] == one.agency, one.code
        else:
            assert "UBND cấp xã" in one.note, one.code
    served = {one.service for one in SHIPPED if one.service}
    assert set(agency_of) - served == WITHOUT_PROCEDURES


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.code)
def test_every_text_of_a_procedure_is_whole_and_fits(one: Procedure) -> None:
    texts = (one.name, one.agency, one.time, one.fee, one.note, *one.papers, *one.words)
    assert all(text == unicodedata.normalize("NFC", text).strip() for text in texts)
    assert 0 < len(one.name) <= LONGEST_NAME
    assert one.time
    assert one.fee
    assert one.words
    assert one.papers
    assert all(0 < len(paper) <= 80 for paper in one.papers)
