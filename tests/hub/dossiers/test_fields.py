"""What an e-one-stop system sends is read, or is unreadable; it never does harm."""

import unicodedata
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from hub.dossiers import fields
from hub.dossiers.base import Dossier
from hub.dossiers.fields import VIETNAM, Mapping, Unreadable, mapping
from shared.dossiers import DossierState, Fee, Progress
from shared.model import Instant

CODE = "H41.15-260105-0001"
NATIONAL = Mapping()
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.from_regex(r"[0-9]{0,16}", fullmatch=True)
    | st.text(st.characters(categories=["Cs", "Cc", "Cf"]), max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = sorted(str(field.default) for field in msgspec.structs.fields(Mapping))
RESULT = st.fixed_dictionaries(
    {"MaHoSo": st.just(CODE), "TrangThaiHoSo": st.sampled_from(["1", 5, "10"])},
    optional={
        name: JSON | st.lists(st.dictionaries(st.sampled_from(NAMES), JSON), max_size=4)
        for name in NAMES
        if name not in ("MaHoSo", "TrangThaiHoSo")
    },
)


def result(**more: Any) -> dict[str, Any]:
    return {"MaHoSo": CODE, "TrangThaiHoSo": "4"} | more


def read(**more: Any) -> Dossier:
    return fields.dossier([result(**more)], CODE, NATIONAL)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> Instant:
    return Instant(int(datetime(year, month, day, hour, minute, tzinfo=VIETNAM).timestamp()) * 1000)


# --- a whole result ----------------------------------------------------------------------


def test_a_result_with_the_national_names_is_read() -> None:
    found = fields.dossier(
        [
            {
                "MaHoSo": CODE,
                "MaTTHC": "1.012790.000.00.00.H41",
                "TenTTHC": "Đính chính giấy chứng nhận",
                "ChuHoSo": "Nguyễn Văn An",
                "NgayTiepNhan": "20260105083000",
                "NgayHenTra": "20260120170000",
                "NgayTra": "",
                "TrangThaiHoSo": "6",
                "DonViXuLy": "Văn phòng đăng ký đất đai",
                "DanhSachLePhi": [
                    {"TenPhiLePhi": "Lệ phí", "SoTien": "120000", "TrangThai": "0"},
                    {"TenPhiLePhi": "Phí thẩm định", "SoTien": 50000, "TrangThai": 1},
                ],
                "DanhSachHoSoBoSung": [{"NoiDung": "Bản sao sổ", "NgayYeuCau": "20260107"}],
                "QuaTrinhXuLy": [
                    {"NgayXuLy": "20260106090000", "DonViXuLy": "Một cửa", "NoiDung": "Chuyển"},
                    {"NgayXuLy": "20260105083000", "DonViXuLy": "Một cửa", "NoiDung": "Tiếp nhận"},
                ],
                "SoDienThoai": "0912 345 678",
                "SoGiayTo": "040190001234",
                "DiaChi": "16 Trường Thi",
                "Email": "an@example.vn",
            }
        ],
        CODE,
        NATIONAL,
    )
    assert found == Dossier(
        code=CODE,
        procedure_code="1.012790",
        procedure="Đính chính giấy chứng nhận",
        state=DossierState.PAYMENT_WANTED,
        received=at(2026, 1, 5, 8, 30),
        due=at(2026, 1, 20, 17),
        done=None,
        unit="Văn phòng đăng ký đất đai",
        fees=(Fee("Lệ phí", 120_000, False), Fee("Phí thẩm định", 50_000, True)),
        supplements=("Bản sao sổ",),
        progress=(
            Progress("2026-01-05T08:30:00+07:00", "Một cửa", "Tiếp nhận"),
            Progress("2026-01-06T09:00:00+07:00", "Một cửa", "Chuyển"),
        ),
        name="Nguyễn Văn An",
        tails=frozenset({"5678", "1234"}),
    )


def test_nothing_else_of_a_person_is_kept() -> None:
    kept = repr(read(SoDienThoai="0912345678", SoGiayTo="040190001234", DiaChi="D1", Email="E1"))
    assert not [text for text in ("091234", "04019000", "D1", "E1") if text in kept]


def test_only_code_and_state_are_needed() -> None:
    assert fields.dossier([result()], CODE, NATIONAL) == Dossier(
        CODE, "", "", DossierState.IN_WORK, None, None, None, ""
    )


@pytest.mark.parametrize("code", [f" {CODE.lower()} ", CODE.replace("-", "–")])
def test_a_code_that_is_written_otherwise_is_the_same(code: str) -> None:
    assert read(MaHoSo=code).code == CODE


def test_a_code_of_no_known_shape_must_be_just_the_same() -> None:
    odd = [result(MaHoSo=" 77/2026 ")]
    assert fields.dossier(odd, "77/2026", NATIONAL).code == "77/2026"
    with pytest.raises(Unreadable):
        fields.dossier(odd, "78/2026", NATIONAL)


@pytest.mark.parametrize("code", ["H41.15-260105-0002", "H41.15-260105-00001", "", None, 7])
def test_another_dossier_than_asked_for_is_unreadable(code: object) -> None:
    with pytest.raises(Unreadable):
        read(MaHoSo=code)


def test_of_several_results_the_one_asked_for_is_taken() -> None:
    both = [result(MaHoSo="H41.15-260105-0002"), "?", result(TenTTHC="x")]
    assert fields.dossier(both, CODE, NATIONAL).procedure == "x"


# --- the envelope ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"error_code": "0", "result": [{"a": 1}]}, [{"a": 1}]),
        ({"error_code": 0, "result": {"a": 1}}, [{"a": 1}]),
        ({"error_code": "0", "result": []}, []),
        ({"error_code": "0", "result": None}, []),
        ({"error_code": "0", "result": ""}, []),
    ],
)
def test_the_envelope_is_opened(answer: object, found: list[Any]) -> None:
    assert fields.results(answer, NATIONAL) == found


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([], "envelope"),
        (None, "envelope"),
        ({}, "envelope"),
        ({"result": []}, "envelope"),
        ({"error_code": "0"}, "result"),
        ({"error_code": "-1", "result": []}, "error_code"),
        ({"error_code": None, "result": []}, "error_code"),
    ],
)
def test_what_is_no_envelope_is_unreadable(answer: object, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        fields.results(answer, NATIONAL)


# --- single fields -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20260105083000", at(2026, 1, 5, 8, 30)),
        (20260105083000, at(2026, 1, 5, 8, 30)),
        ("20260105", at(2026, 1, 5)),
        ("", None),
        (None, None),
        ("2026-01-05", None),
        ("20261305", None),
        ("20260230", None),
        ("20260105250000", None),
        ("00010101000000", None),
        ("٢٠٢٦٠١٠٥", None),
        (["20260105"], None),
        (True, None),
    ],
)
def test_a_date_is_read_in_vietnam_time_or_is_unknown(text: object, moment: Instant | None) -> None:
    assert read(NgayHenTra=text).due == moment


@pytest.mark.parametrize("raw", ["10", 10, " 10 "])
def test_a_state_is_a_number_or_its_text(raw: object) -> None:
    assert read(TrangThaiHoSo=raw).state is DossierState.HANDED_OVER


@pytest.mark.parametrize("raw", [0, 11, "", None, "x", "1.0", -1, True, [4], "٤", 10**4000])
def test_a_state_that_does_not_exist_is_unreadable(raw: object) -> None:
    with pytest.raises(Unreadable, match="state"):
        read(TrangThaiHoSo=raw)


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        (120000, 120_000),
        (120000.0, 120_000),
        ("120000", 120_000),
        ("120000.00", 120_000),
        ("120.000", 120_000),
        ("1.200.000", 1_200_000),
        ("1,200,000", 1_200_000),
        (0, 0),
    ],
)
def test_an_amount_is_whole_dong(raw: object, amount: int) -> None:
    fee = {"TenPhiLePhi": "Phí", "SoTien": raw, "TrangThai": "0"}
    assert read(DanhSachLePhi=[fee]).fees == (Fee("Phí", amount, False),)


AMOUNTS_OF_NO_KIND: list[object] = [None, "", "miễn phí", -1, 0.5, True, "1.20.000"]
AMOUNTS_OF_NO_KIND += [float("nan"), 1e300, 10**16]
PAID_OF_NO_KIND: list[object] = [None, "", "2", []]


@pytest.mark.parametrize(
    "wrong",
    [
        *({"SoTien": amount, "TrangThai": "0"} for amount in AMOUNTS_OF_NO_KIND),
        *({"SoTien": 5, "TrangThai": paid} for paid in PAID_OF_NO_KIND),
        "5000",
        None,
    ],
)
def test_no_sum_is_shown_when_a_fee_cannot_be_read(wrong: object) -> None:
    right = {"TenPhiLePhi": "Phí", "SoTien": 1000, "TrangThai": "0"}
    assert read(DanhSachLePhi=[right, wrong]).fees == ()


@pytest.mark.parametrize("nothing", [None, "", [], [None], {}, [{}], 7, [[[]]]])
def test_lists_may_be_missing_empty_or_strange(nothing: object) -> None:
    found = read(DanhSachLePhi=nothing, DanhSachHoSoBoSung=nothing, QuaTrinhXuLy=nothing)
    assert (found.fees, found.progress) == ((), ())
    assert found.supplements in ((), ("7",))


def test_one_thing_may_stand_where_a_list_should() -> None:
    found = read(
        DanhSachLePhi={"TenPhiLePhi": "Phí", "SoTien": 5, "TrangThai": "1"},
        DanhSachHoSoBoSung="Bản sao",
        QuaTrinhXuLy={"NgayXuLy": "20260105", "NoiDung": "Nhận"},
    )
    assert found.fees == (Fee("Phí", 5, True),)
    assert found.supplements == ("Bản sao",)
    assert found.progress == (Progress("2026-01-05T00:00:00+07:00", "", "Nhận"),)


def test_steps_without_date_or_content_are_left_out_and_the_newest_stay() -> None:
    steps = [{"NgayXuLy": "20260105", "NoiDung": f"{n}"} for n in range(60)]
    steps += [{"NgayXuLy": "x", "NoiDung": "a"}, {"NgayXuLy": "20260106", "NoiDung": ""}]
    found = read(QuaTrinhXuLy=steps).progress
    assert [step.what for step in found] == [str(n) for n in range(10, 60)]


def test_texts_are_one_line_of_nfc_without_unseen_signs() -> None:
    text = unicodedata.normalize("NFD", "Đính\r\n chính\x00 \x1b[2J\u202egiấy\u200b\ud800 ")
    assert read(TenTTHC=text).procedure == "Đính chính [2Jgiấy"


def test_overlong_texts_are_cut() -> None:
    assert read(TenTTHC="ấ" * 10**6).procedure == "ấ" * 299 + "…"
    assert len(read(ChuHoSo="An " * 1000).name) <= 120


@pytest.mark.parametrize(
    ("phone", "identity", "tails"),
    [
        ("0912345678", "040190001234", {"5678", "1234"}),
        ("+84 (912) 345-678", None, {"5678"}),
        ("0912345678 / 0987654321", "", {"5678", "4321"}),
        (912345678, "B1234567", {"5678", "4567"}),
        ("567", "12", set()),
        (None, [], set()),
        ("٠٩١٢٣٤", True, set()),
    ],
)
def test_of_numbers_the_last_four_digits_are_kept(
    phone: object, identity: object, tails: set[str]
) -> None:
    assert read(SoDienThoai=phone, SoGiayTo=identity).tails == tails


def test_a_procedure_code_of_another_kind_stays_as_it_is() -> None:
    assert read(MaTTHC=" BNV-1 ").procedure_code == "BNV-1"
    assert read(MaTTHC="1.0127901").procedure_code == "1.0127901"


# --- procedures --------------------------------------------------------------------------


def test_a_procedure_is_read_with_its_details() -> None:
    text = fields.procedure(
        {
            "MaTTHC": "1.012790.000.00.00.H41",
            "TenTTHC": "Đính chính",
            "CoQuanThucHien": "Sở",
            "ThanhPhanHoSo": ["Đơn", "", "Sổ"],
            "ThoiHanGiaiQuyet": "10 ngày",
            "LePhi": 0,
        },
        NATIONAL,
    )
    assert (text.code, text.name, text.agency) == ("1.012790", "Đính chính", "Sở")
    assert (text.papers, text.time, text.fee) == (("Đơn", "Sổ"), "10 ngày", "0")


@pytest.mark.parametrize(
    "raw", [None, [], {}, {"MaTTHC": "1.012790"}, {"MaTTHC": "x", "TenTTHC": "Đính chính"}]
)
def test_a_procedure_without_code_or_name_is_unreadable(raw: object) -> None:
    with pytest.raises(Unreadable):
        fields.procedure(raw, NATIONAL)


# --- other names -------------------------------------------------------------------------


def test_fields_may_have_other_names() -> None:
    names = mapping({"MaHoSo": "SoHoSo", "TrangThaiHoSo": "TinhTrang", "result": "data"})
    answer = {"error_code": "0", "data": {"SoHoSo": CODE, "TinhTrang": 9, "TenTTHC": "x"}}
    found = fields.dossier(fields.results(answer, names), CODE, names)
    assert (found.state, found.procedure) == (DossierState.FINISHED, "x")


def test_no_two_fields_have_the_same_national_name() -> None:
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("names", [{"MaHoSO": "x"}, {"MaHoSo": " "}])
def test_a_mapping_that_makes_no_sense_is_refused(names: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(names))):
        mapping(names)


# --- anything ----------------------------------------------------------------------------


@given(JSON | st.fixed_dictionaries({"error_code": JSON, "result": JSON}))
def test_any_json_is_an_envelope_or_unreadable(anything: object) -> None:
    try:
        found = fields.results(anything, NATIONAL)
    except Unreadable:
        return
    assert isinstance(found, list)


@given(st.lists(RESULT | JSON, min_size=1, max_size=3))
def test_any_results_are_a_clean_dossier_or_unreadable(anything: list[Any]) -> None:
    try:
        found = fields.dossier(anything, CODE, NATIONAL)
    except Unreadable as error:
        assert str(error) in {"code", "state"}
        return
    texts = [found.procedure, found.unit, found.name, *found.supplements]
    texts += [fee.name for fee in found.fees] + [step.what for step in found.progress]
    for text in texts:
        assert unicodedata.is_normalized("NFC", text)
        assert not [letter for letter in text if unicodedata.category(letter)[0] == "C"]
        assert len(text) <= 600
    assert found.code == CODE
    assert all(fee.amount >= 0 for fee in found.fees)
    assert all(len(tail) == 4 and tail.isascii() and tail.isdigit() for tail in found.tails)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Dossier) == found


@given(
    JSON
    | st.dictionaries(st.sampled_from(NAMES), JSON)
    | st.fixed_dictionaries(
        {"MaTTHC": st.just("1.012790"), "TenTTHC": st.text(min_size=1)},
        optional={"ThanhPhanHoSo": JSON, "LePhi": JSON},
    )
)
def test_any_json_is_a_procedure_or_unreadable(anything: object) -> None:
    try:
        text = fields.procedure(anything, NATIONAL)
    except Unreadable:
        return
    assert text.code
    assert text.name
