"""Whatever a scanner reads has an answer, and only what is surely a code is taken for one."""

import random
import re
import string
from hashlib import sha256
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, strategies as st

from shared.model import TicketId
from shared.receipt_code import (
    LONGEST,
    DossierCode,
    IdentityCard,
    ProcedureCode,
    Scan,
    TicketLink,
    Unknown,
    dossier_code,
    parse,
    procedure_code,
)

DOMAIN = re.compile(
    r"^(?:\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(?:\.[0-9A-Z]{2,3}){0,5})"
    r"-(?:\d{6}|20\d{6})-\d{4,7}$",
    re.ASCII,
)
"""The pattern as the design's facts state it."""

CODES = (
    "000.00.15.H41-201002-0001",
    "H41.15-260105-0001",
    "H41-260901-0028",
    "G09.20-20260609-0092637",
    "H41.101.22-261110-0042",
    "H41.AB.1C2.33.44.55-261110-00421",
)
TOKEN = "Ab3-_9zQ81kLmN0p"
CARD = (
    "040099001234|186543210|Nguyễn Thị Huệ|01021999|Nữ|Khối 5, phường Trường Vinh, Nghệ An|10052021"
)
WHY = {"empty", "too_long", "not_text", "other_link", "almost", "strange"}
DIGEST = sha256(b"040099001234").hexdigest()


# --- dossier codes -----------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_every_style_of_dossier_code_is_known(code: str) -> None:
    assert parse(code) == DossierCode(code)
    assert dossier_code(code) == code


@pytest.mark.parametrize(
    "printed",
    [
        "h41.15-260105-0001",
        "  H41.15-260105-0001 \r\n",
        "H41.15-260105-0001\t",
        "\0H41.15-260105-0001\0\0",
        "\ufeffH41.15-260105-0001",
        "\x02H41.15-260105-0001\x03",
        "H41.15\u2013260105\u20130001",
        "H41.15\u2011260105\u22120001",
        "H41.15\uff0d260105\uff0d0001",
        "\uff28\uff14\uff11\uff0e\uff11\uff15-\uff12\uff16\uff10\uff11\uff10\uff15-0001",
    ],
)
def test_a_code_is_put_into_its_normal_form(printed: str) -> None:
    assert parse(printed) == DossierCode("H41.15-260105-0001")
    assert parse(printed.encode()) == DossierCode("H41.15-260105-0001")
    assert dossier_code(printed) == "H41.15-260105-0001"


@pytest.mark.parametrize("symbology", ["]C1", "]Q3", "]A0", "]d2", "]C1\x1d"])
def test_a_scanners_symbology_prefix_is_taken_off(symbology: str) -> None:
    assert parse(f"{symbology}H41-260901-0028\r") == DossierCode("H41-260901-0028")


@pytest.mark.parametrize(
    "text",
    [
        "Mã hồ sơ: H41.15-260105-0001",
        "*H41.15-260105-0001*",
        "Ma HS H41.15-260105-0001, ngay hen tra 20/11/2026",
        '{"MaHoSo":"H41.15-260105-0001"}',
        "H41.15-260105-0001|Nguyễn Văn A|15/01/2026",
        "H41.15-260105-0001 (H41.15-260105-0001)",
    ],
)
def test_a_code_with_words_around_it_is_taken_out(text: str) -> None:
    assert parse(text) == DossierCode("H41.15-260105-0001")
    assert dossier_code(text) is None


@pytest.mark.parametrize(
    "link",
    [
        "https://dichvucong.nghean.gov.vn/tra-cuu/H41.15-260105-0001",
        "https://dichvucong.nghean.gov.vn/tra-cuu/H41.15-260105-0001/",
        "https://dichvucong.nghean.gov.vn/?mahoso=h41.15-260105-0001&lang=vi",
        "https://dichvucong.nghean.gov.vn/tracuu#H41.15-260105-0001",
        "https://dichvucong.nghean.gov.vn/#/tracuu?ma=H41.15-260105-0001",
        "http://x/?q=H41%2E15%2D260105%2D0001",
        "http://x/?q=H41.15%E2%80%93260105%E2%80%930001",
        "http://x/go?to=https%3A%2F%2Fy%2F%3Fma%3DH41.15-260105-0001",
        "http://x/go?to=https%253A%252F%252Fy%252F%253Fma%253DH41%252E15-260105-0001",
        "HTTPS://X/H41.15-260105-0001",
        "www.dichvucong.gov.vn/H41.15-260105-0001",
        "dichvucong.nghean.gov.vn/tra-cuu?ma=H41.15-260105-0001",
        "motcua://hoso/H41.15-260105-0001",
        "https://x/a?ma=+H41.15-260105-0001+",
        "https://x/a?ma=H41.15-260105-0001&tt=1.012790",
    ],
)
def test_a_code_is_taken_out_of_a_link(link: str) -> None:
    assert parse(link) == DossierCode("H41.15-260105-0001")


@pytest.mark.parametrize(
    "link",
    [
        "https://dichvucong.nghean.gov.vn/",
        "https://H41.15-260105-0001/",  # a host is no code
        "https://x/H41.15-260105-00010002",
        "https://x/?a=H41.15-260105-0001&b=H41.15-260105-0002",
        "https://x/?ma=260105&so=0001",
        "www.facebook.com",
    ],
)
def test_a_link_without_one_code_is_another_link(link: str) -> None:
    assert parse(link) == Unknown("other_link")


def test_a_percent_encoded_digit_belongs_to_the_code() -> None:
    assert parse("https://x/?a=H41.15-260105-0001%30") == DossierCode("H41.15-260105-00010")


@pytest.mark.parametrize(
    "text",
    [
        "H41.15-260105-001",
        "H41.15-260105-00010002",
        "H41.15-2601051-0001",
        "H41.15-19260609-0001",
        "H41.15-260105",
        "H41.15-260105-",
        "H41.15 - 260105 - 0001",
        "H41.15/260105/0001",
        "H4I.15-260105-0001",
        "H41.15-26O105-0001",
        "H41.1-260105-0001",
        "H41.15-260105-0001-2",
        "H41.15-260105-0001.",
        "H41,15-260105-0001",
        "00O.00.15.H41-201002-0001",
        "000.00.15.H4-201002-0001",
        "H41.15-260105-0001 H41.15-260105-0002",
    ],
)
def test_a_code_with_a_fault_is_almost_one_and_never_mended(text: str) -> None:
    assert parse(text) == Unknown("almost")
    assert dossier_code(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "00.00.15.H41-201002-0001",
        "XH41.15-260105-0001",
        "ĐH41-260901-0028",
        "H41-260901-0028\u0301",
        "H41-260901-002\u0664",
        "H41-260901-002\u00b2",
        "\u0131\u017f\u00df",
        "8934563138165",
        "Xin chào",
        "A",
        "|||||",
        "A012",
    ],
)
def test_other_texts_are_strange(text: str) -> None:
    assert parse(text) == Unknown("strange")
    assert dossier_code(text) is None


# --- other codes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "link",
    [
        f"https://motcua.nghean.gov.vn/t#{TOKEN}",
        f"http://192.168.1.5:8080/t/#{TOKEN}",
        f"https://host/some/where/t/{TOKEN}",
        f"/t#{TOKEN}",
        f"]Q3https://motcua.nghean.gov.vn/t#{TOKEN}\r\n",
    ],
)
def test_the_page_of_a_ticket_names_the_ticket(link: str) -> None:
    assert parse(link) == TicketLink(TicketId(TOKEN))


@pytest.mark.parametrize(
    "link", [f"https://x/t#{TOKEN}a", f"https://x/t#{TOKEN[:-1]}", f"https://x/tt#{TOKEN}"]
)
def test_what_is_almost_a_tickets_page_is_another_link(link: str) -> None:
    assert parse(link) == Unknown("other_link")


def test_a_tickets_number_alone_is_no_ticket() -> None:
    assert parse(TOKEN) == Unknown("strange")


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        CARD + "|thêm|nữa",
        CARD.rsplit("|", 1)[0],
        "040099001234||Nguyễn Thị Huệ|01021999|Nữ|H41.15-260105-0001|10052021",
        CARD.encode().decode("latin-1"),
    ],
)
def test_of_an_identity_card_four_digits_are_kept(card: str) -> None:
    assert parse(card) == IdentityCard("1234", DIGEST)
    assert parse(card.encode()) == IdentityCard("1234", DIGEST)


def test_a_card_tells_nothing_of_itself_to_a_log() -> None:
    assert repr(parse(CARD)) == "IdentityCard(…)"


def test_a_card_in_an_old_code_page_is_known_by_its_digits() -> None:
    assert parse(b"040099001234||Nguy\xd4n Th\x90|01021999|N\x81|Ngh\xd6 An") == IdentityCard(
        "1234", DIGEST
    )


@pytest.mark.parametrize(
    "text",
    ["040099001234", "040099001234|a|b|c|d", CARD[1:], "٠٤٠٠٩٩٠٠١٢٣٤|a|b|c|d|e", f"x{CARD}"],
)
def test_what_is_almost_a_card_is_none(text: str) -> None:
    assert isinstance(parse(text), Unknown)


@pytest.mark.parametrize(
    ("text", "code", "raw"),
    [
        ("1.012790", "1.012790", "1.012790"),
        (" 1.012790.000.00.00.h41\r", "1.012790", "1.012790.000.00.00.H41"),
        ("https://dichvucong.gov.vn/p?ma_thu_tuc=2.000635&x=1", "2.000635", "2.000635"),
        ("https://x/p/1.012790.000.00.00.H41", "1.012790", "1.012790.000.00.00.H41"),
    ],
)
def test_a_printed_procedure_code_is_known_with_its_suffix(text: str, code: str, raw: str) -> None:
    assert parse(text) == ProcedureCode(code, raw)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.012790", "1.012790"),
        ("1.012790.000.00.00.H41", "1.012790"),
        ("１．０１２７９０", "1.012790"),
        ("1.0127901", None),
        ("1,012790", None),
        ("x1.012790", None),
        ("1.012790.", None),
        ("1.012790.000000", None),
        ("", None),
    ],
)
def test_a_procedures_code_is_its_first_seven_digits(text: str, code: str | None) -> None:
    assert procedure_code(text) == code


# --- what goes no further ----------------------------------------------------------------


@pytest.mark.parametrize("raw", ["", " \r\n", "\0\0", b"", b"\r\n", "]C1"])
def test_nothing_is_empty(raw: str | bytes) -> None:
    assert parse(raw) == Unknown("empty")


def test_the_longest_text_has_512_characters() -> None:
    words = "Mã hồ sơ: H41-260901-0028 "
    assert parse(words + "é" * (LONGEST - len(words))) == DossierCode("H41-260901-0028")
    assert parse(words + "é" * (LONGEST - len(words) + 1)) == Unknown("too_long")
    assert parse((words + "é" * LONGEST).encode()) == Unknown("too_long")
    assert parse("1" * 10_000_000) == Unknown("too_long")
    assert parse(b"\xff" * 10_000_000) == Unknown("too_long")


@pytest.mark.parametrize(
    "raw",
    [
        "H41.15-260105-0001\x1bH",
        "H41.15\n-260105-0001",
        b"H41.15-260105\x00-0001",
        "H41-260901-0028\u2028",
        "a\x7fb",
        "https://x/\x07H41-260901-0028",
        f"https://x/t#\x08{TOKEN}",
        CARD.replace("Nữ", "N\x1a"),
        "a\x85\u1ee7b",
    ],
)
def test_a_control_character_within_makes_it_no_text(raw: str | bytes) -> None:
    assert parse(raw) == Unknown("not_text")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_misread_utf_8_is_read_again(encoding: str) -> None:
    printed = "Mã hồ sơ: H41.15–260105–0001"
    misread = b"".join(bytes([byte]) for byte in printed.encode()).decode(
        encoding, "surrogateescape"
    )
    if encoding == "cp1252":
        # As Windows does: the five bytes that it has no letter for become control characters.
        misread = "".join(
            chr(ord(letter) - 0xDC00) if 0xDC80 <= ord(letter) <= 0xDCFF else letter
            for letter in misread
        )
    assert parse(misread) == DossierCode("H41.15-260105-0001")


# --- all of it, and anything -------------------------------------------------------------


def check(raw: str | bytes) -> Scan:
    """Everything that holds for every reading."""
    scan = parse(raw)
    match scan:
        case DossierCode(code=code):
            assert DOMAIN.fullmatch(code)
            assert code in normal(raw)
            assert parse(code) == scan
            assert dossier_code(code) == code
        case ProcedureCode(code=code, raw=printed):
            assert re.fullmatch(r"[0-9]\.[0-9]{6}", code)
            assert printed.startswith(code)
            assert re.fullmatch(r"[0-9A-Z.]{8,64}", printed)
            assert printed in normal(raw)
            assert parse(printed) == scan
            assert parse(code) == ProcedureCode(code, code)
        case IdentityCard(last_four=digits):
            assert re.fullmatch(r"[0-9]{4}", digits)
            assert re.fullmatch(r"[0-9a-f]{64}", scan.digest)
            assert scan.__struct_fields__ == ("last_four", "digest")
        case TicketLink(ticket=ticket):
            assert re.fullmatch(r"[A-Za-z0-9_-]{16}", ticket)
        case Unknown(why=why):
            assert why in WHY
    if isinstance(raw, str):
        code_of_all = dossier_code(raw)
        assert code_of_all is None or DOMAIN.fullmatch(code_of_all)
        procedure_code(raw)
    return scan


def normal(raw: str | bytes) -> str:
    """`raw` as the module's description says, made in another way: every reading of it at once."""
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    readings = [text]
    for encoding in ("latin-1", "cp1252"):
        try:
            readings.append(text.encode(encoding).decode("utf-8"))
        except UnicodeError:
            continue
    # A mixture of both, as Windows makes it.
    mixed = bytearray()
    for letter in text:
        for encoding in ("cp1252", "latin-1"):
            try:
                mixed += letter.encode(encoding)
                break
            except UnicodeError:
                continue
    readings.append(mixed.decode("utf-8", "replace"))
    readings += [unquote(unquote(unquote(reading))) for reading in readings]
    plain = []
    for reading in readings:
        folded = [
            chr(ord(letter) - 0xFEE0) if 0xFF01 <= ord(letter) <= 0xFF5E else letter
            for letter in reading
        ]
        plain.append(re.sub("[\u00ad\u2010-\u2015\u2043\u2212\ufe58\ufe63]", "-", "".join(folded)))
    return "\n".join(plain).upper()


def test_all_ascii_characters_and_pairs_have_an_answer() -> None:
    letters = [chr(number) for number in range(128)]
    for one in letters:
        assert isinstance(check(one), Unknown)
        assert isinstance(check(one.encode()), Unknown)
        for other in letters:
            assert isinstance(check(one + other), Unknown)


ALPHABETS = (
    string.digits,
    string.ascii_uppercase,
    string.ascii_letters + string.digits + "-_",
    "H41.-0152696|/#%:t",
    string.printable,
    "".join(map(chr, range(256))),
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữự",
    "０１２３４５６７８９－．ＡＨ–—−‐\u00ad\u200b\ufeff\u202e\u0301\ud800\U0001f600²①٣",
)
SOUND = (
    *CODES,
    CARD,
    "1.012790.000.00.00.H41",
    f"https://motcua.nghean.gov.vn/t#{TOKEN}",
    "https://dichvucong.nghean.gov.vn/tra-cuu?ma=H41.15-260105-0001",
    "]C1H41-260901-0028\r\n",
    quote(f"https://x/?ma={CODES[0]}", safe=""),
)


def mutated(chance: random.Random) -> str:
    """A sound code with a few faults."""
    letters = list(chance.choice(SOUND))
    for _fault in range(chance.randint(0, 4)):
        place = chance.randrange(len(letters) + 1)
        stranger = chance.choice(chance.choice(ALPHABETS))
        match chance.randrange(4):
            case 0:
                letters.insert(place, stranger)
            case 1:
                letters[place : place + 1] = [stranger]
            case 2:
                del letters[place : place + chance.randint(1, 3)]
            case _:
                letters[place:place] = chance.choice(SOUND)
    return "".join(letters)


def anything(chance: random.Random) -> str | bytes:
    """Something a broken, wrongly set or spiteful scanner might send."""
    kind = chance.randrange(5)
    if kind < 2:
        return mutated(chance)
    if kind == 2:
        return chance.randbytes(chance.randint(0, 40))
    if kind == 3:
        text = mutated(chance).encode("utf-8", "replace")
        return text.decode(chance.choice(("latin-1", "cp1252")), "replace")
    alphabet = "".join(chance.sample(ALPHABETS, 2))
    return "".join(chance.choices(alphabet, k=chance.randint(0, 60)))


def test_a_hundred_thousand_random_readings_all_have_an_answer() -> None:
    chance = random.Random(20261123)
    kinds = {type(check(anything(chance))) for _reading in range(100_000)}
    assert kinds == {DossierCode, ProcedureCode, IdentityCard, TicketLink, Unknown}


def test_vietnamese_and_its_misreadings_have_an_answer() -> None:
    for text in (ALPHABETS[6], CARD, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", *SOUND):
        for encoding in ("utf-8", "latin-1", "cp1252", "cp1258", "utf-16", "utf-7"):
            for wrong in ("latin-1", "cp1252", "utf-8", "utf-16", "cp1258"):
                misread = text.encode(encoding, "replace").decode(wrong, "replace")
                check(misread)
                check(misread.encode(wrong, "replace"))
                check(misread.encode(wrong, "replace").decode("utf-8", "replace"))


@given(st.text(max_size=700))
def test_any_text_has_an_answer(text: str) -> None:
    check(text)
    check("https://x/" + text)


@given(st.binary(max_size=3000))
def test_any_bytes_have_an_answer(raw: bytes) -> None:
    check(raw)


@given(st.from_regex(DOMAIN, fullmatch=True).map(str.strip))
def test_whatever_the_pattern_describes_is_a_code_alone_and_in_a_link(code: str) -> None:
    assert parse(code) == DossierCode(code)
    assert parse(f"https://x/?ma={quote(code, safe='')}") == DossierCode(code)
