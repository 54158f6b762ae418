"""People who do not exist: names of every kind found in the province, and what the hub must drop.

Nobody can be reached or mistaken: the telephone numbers have a mobile prefix that is out of use
(095), the identity numbers a province that there is none of (099), mail goes to example.com.
"""

import random
import unicodedata

import msgspec


class Person(msgspec.Struct, frozen=True):
    """An applicant. `phone` is written in one of several ways, or empty."""

    name: str
    phone: str
    identity: str
    address: str
    email: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FAMILY = _words(
    "Nguyễn Trần Lê Phạm Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Cao Đậu Thái Chu Trương Tạ "
    "Đoàn Đinh Lương Phùng Quách Nghiêm Uông Biện Khổng Ông Ưng"
)
_MIDDLE = _words("Thị Văn Đức Hữu Quang Minh Thanh Ngọc Xuân Đình Bích Viết Sỹ Công Bá Trọng Như")
_GIVEN = _words(
    "An Anh Bảo Bình Châu Chiến Dũng Duyên Đạt Điệp Giang Hà Hải Hạnh Hiếu Hoa Huệ Hùng Hương "
    "Khánh Khuê Lan Liên Loan Long Mai Mỹ Nam Nga Nghĩa Nguyệt Nhung Oanh Phúc Phượng Quý Quỳnh "
    "Sáu Sơn Tâm Thảo Thắng Thủy Thúy Tiến Trâm Tú Tuyết Uyên Vân Việt Vượng Xuyến Yến Ý Ở"
)

_MINORITY = (
    "Lầu Bá Chò", "Vừ Y Xía", "Xồng Bá Dìa", "Hờ Y Rê", "Và Bá Lỳ", "Moong Văn Nghệ",
    "Cụt Thị Lá", "Lữ Văn Mằn", "Lô Thị Xuân", "Kha Văn Thượng", "Vi Thị Quế", "Lương Văn Ọt",
    "Lò Văn Pửa", "Ốc Văn Ứng", "Y Ƀhăm Niê", "H’Hen Êban", "Siu H’Blĕ", "Rơ Châm Y’Thiăng",
    "K’Brơi", "Ksor Ŏ", "A Yơng", "Y Kŭa Ayŭn", "Thạch Sô Phia", "Đàng Năng Thọ",
)  # fmt: skip
_ONE_WORD = ("Pleo", "Thơr", "Ƀlom", "Ẻo", "Ỷ")
_LONG = (
    "Công Tằng Tôn Nữ Huyền Trân Phương Thảo",
    "Nguyễn Hoàng Thị Ngọc Bảo Trân",
    "Lê Trần Nguyễn Quỳnh Như Khánh Ngọc Phượng",
    "Tôn Thất Nguyễn Phúc Vĩnh Thuận",
)
_COMPANIES = (
    "Công ty TNHH Một thành viên Xây dựng và Thương mại Sông Lam",
    "Công ty cổ phần Chè Thanh Chương Xanh",
    "Doanh nghiệp tư nhân Đại Huệ",
    "Hợp tác xã Nông nghiệp Cam Bù Khe Mây",
)

_PLACES = (
    "phường Trường Vinh", "phường Thành Vinh", "phường Vinh Hưng", "phường Vinh Phú",
    "phường Cửa Lò", "phường Hoàng Mai", "phường Thái Hòa", "xã Diễn Châu", "xã Yên Thành",
    "xã Đô Lương", "xã Kim Liên", "xã Con Cuông", "xã Tương Dương", "xã Mường Xén",
    "xã Quỳ Châu", "xã Quế Phong", "xã Nghĩa Đàn", "xã Tân Kỳ", "xã Anh Sơn",
)  # fmt: skip


def person(chance: random.Random, *, company: bool = False) -> Person:
    """Somebody; with `company` sometimes a company or a cooperative."""
    name = _name(chance, company)
    return Person(
        name=name,
        phone=_phone(chance),
        identity=_identity(chance),
        address=f"Số {chance.randint(1, 280)}, {chance.choice(_PLACES)}, tỉnh Nghệ An",
        email=f"{_ascii(name)}.{chance.randint(1, 99)}@example.com",
    )


def shown(name: str, digits: str) -> Person:
    """Somebody whose telephone number ends with `digits`."""
    return Person(
        name=name,
        phone=f"095000{digits}",
        identity=f"0991900{digits[::-1]}0",
        address="Số 16, phường Trường Vinh, tỉnh Nghệ An",
        email=f"{_ascii(name)}@example.com",
    )


def _name(chance: random.Random, company: bool) -> str:
    kind = chance.random()
    if company and kind < 0.5:
        found = chance.choice(_COMPANIES)
    elif kind < 0.86:
        middles = chance.sample(_MIDDLE, chance.choice((1, 1, 1, 2)))
        found = " ".join((chance.choice(_FAMILY), *middles, chance.choice(_GIVEN)))
    elif kind < 0.95:
        found = chance.choice(_MINORITY)
    elif kind < 0.97:
        found = chance.choice(_ONE_WORD)
    else:
        found = chance.choice(_LONG)
    return unicodedata.normalize("NFC", found)


def _phone(chance: random.Random) -> str:
    digits = f"095{chance.randrange(10**7):07d}"
    return chance.choice(
        (
            digits,
            digits,
            digits,
            f"{digits[:4]} {digits[4:7]} {digits[7:]}",
            f"{digits[:4]}.{digits[4:7]}.{digits[7:]}",
            f"+84{digits[1:]}",
            "",
        )
    )


def _identity(chance: random.Random) -> str:
    """Twelve digits: province, century and sex, year of birth, six more (Decree 137/2015)."""
    return f"099{chance.randint(0, 3)}{chance.randrange(100):02d}{chance.randrange(10**6):06d}"


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(sign for sign in plain if sign.isascii() and sign.isalpha()) or "khach"
