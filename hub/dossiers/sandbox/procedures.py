"""The procedures that the sandbox knows: those of ../shared/design/domain.md, and what differs.

Times and fees are made up. Those in `CHANGED` are written so that they differ from any catalogue
shipped before, and `NEW` is in none: a refresh has something to show.
"""

import msgspec

SUFFIX = ".000.00.00.H41"
"""What Nghệ An prints behind a national procedure code."""

CHANGED = frozenset({"1.012790", "2.001610", "2.000635", "1.013236", "3.000333"})
NEW = "2.009912"


class Agency(msgspec.Struct, frozen=True):
    """Who has counters: its id in dossier codes (QCVN 102's number), name, and a unit at work."""

    number: str
    name: str
    unit: str


class Known(msgspec.Struct, frozen=True):
    """A procedure as the e-one-stop system would describe it."""

    code: str
    name: str
    agency: Agency
    papers: tuple[str, ...]
    days: int
    fee: str
    cost: int
    """What a dossier of it costs, đồng; 0 for nothing."""
    time: str

    @property
    def printed(self) -> str:
        """The code with the province's suffix."""
        return self.code + SUFFIX


_FINANCE = Agency("06", "Sở Tài chính", "Phòng Đăng ký kinh doanh")
_ZONE = Agency("22", "Ban Quản lý Khu kinh tế Đông Nam", "Phòng Quản lý đầu tư")
_JUSTICE = Agency("04", "Sở Tư pháp", "Phòng Hành chính và Bổ trợ tư pháp")
_BUILDING = Agency("08", "Sở Xây dựng", "Phòng Quản lý xây dựng")
_LAND = Agency("15", "Sở Nông nghiệp và Môi trường", "Chi nhánh Văn phòng Đăng ký đất đai Vinh")
_HOME = Agency("03", "Sở Nội vụ", "Phòng Lao động, việc làm")
_HEALTH = Agency("12", "Sở Y tế", "Phòng Nghiệp vụ y dược")
_SCHOOL = Agency("11", "Sở Giáo dục và Đào tạo", "Phòng Quản lý chất lượng")
_CULTURE = Agency("10", "Sở Văn hóa, Thể thao và Du lịch", "Phòng Quản lý du lịch")
_TRADE = Agency("05", "Sở Công Thương", "Phòng Quản lý thương mại")
_POLICE = Agency("20", "Công an tỉnh", "Phòng Quản lý hành chính về trật tự xã hội")
_INSURANCE = Agency("21", "Bảo hiểm xã hội tỉnh", "Phòng Chế độ bảo hiểm xã hội")

_FREE = "Không thu"
_FORM = "Đơn theo mẫu"
_CARD = "Bản sao căn cước"

_TABLE: tuple[tuple[Agency, str, str, int, int], ...] = (
    (_FINANCE, "2.001610", "Đăng ký thành lập doanh nghiệp tư nhân (áp dụng mẫu mới)", 3, 50_000),
    (_FINANCE, "2.001583", "Đăng ký thành lập công ty TNHH một thành viên", 3, 50_000),
    (_FINANCE, "2.001199", "Đăng ký thành lập công ty TNHH hai thành viên trở lên", 3, 50_000),
    (_FINANCE, "2.002043", "Đăng ký thành lập công ty cổ phần", 3, 50_000),
    (_FINANCE, "2.002041", "Đăng ký thay đổi trụ sở chính, đổi tên doanh nghiệp", 3, 50_000),
    (_FINANCE, "2.002009", "Đăng ký thay đổi vốn điều lệ, phần vốn góp", 3, 50_000),
    (_FINANCE, "2.002029", "Thông báo tạm ngừng kinh doanh, tiếp tục kinh doanh trước hạn", 3, 0),
    (_FINANCE, "2.002023", "Giải thể doanh nghiệp", 5, 0),
    (_ZONE, "1.009664", "Cấp giấy chứng nhận đăng ký đầu tư", 15, 0),
    (_ZONE, "1.009647", "Điều chỉnh giấy chứng nhận đăng ký đầu tư", 10, 0),
    (_JUSTICE, "2.000635", "Cấp bản sao trích lục hộ tịch, bản sao giấy khai sinh", 1, 8_000),
    (_JUSTICE, "1.013803", "Bổ nhiệm công chứng viên", 20, 500_000),
    (_JUSTICE, "1.013859", "Cấp thẻ công chứng viên", 10, 100_000),
    (_JUSTICE, "1.002010", "Đăng ký hoạt động của tổ chức hành nghề luật sư", 10, 50_000),
    (_BUILDING, "1.013236", "Cấp giấy phép xây dựng mới đối với công trình, nhà ở", 14, 75_000),
    (_BUILDING, "1.013237", "Cấp chứng chỉ hành nghề hoạt động xây dựng", 12, 300_000),
    (_BUILDING, "1.012906", "Cấp chứng chỉ hành nghề môi giới bất động sản", 10, 200_000),
    (_BUILDING, "2.002288", "Cấp phù hiệu cho xe ô tô kinh doanh vận tải", 2, 0),
    (_BUILDING, "1.000703", "Cấp giấy phép kinh doanh vận tải bằng xe ô tô", 5, 200_000),
    (_BUILDING, "1.002856", "Cấp giấy phép liên vận giữa Việt Nam và Lào", 2, 50_000),
    (_LAND, "1.013978", "Đăng ký đất đai, tài sản gắn liền với đất lần đầu", 20, 100_000),
    (_LAND, "1.013831", "Đăng ký biến động quyền sử dụng đất", 10, 80_000),
    (_LAND, "1.012790", "Đính chính giấy chứng nhận đã cấp lần đầu có sai sót", 7, 28_000),
    (_LAND, "1.012786", "Cấp lại giấy chứng nhận quyền sử dụng đất do bị mất", 10, 100_000),
    (_LAND, "1.010733", "Thẩm định báo cáo đánh giá tác động môi trường", 30, 5_200_000),
    (_LAND, "1.004223", "Cấp giấy phép khai thác nước dưới đất", 35, 1_200_000),
    (_LAND, "1.003650", "Cấp giấy chứng nhận đăng ký tàu cá", 3, 0),
    (_HOME, "1.014199", "Cấp giấy phép lao động cho người lao động nước ngoài", 10, 600_000),
    (_HOME, "1.014201", "Gia hạn giấy phép lao động", 10, 450_000),
    (_HOME, "2.001955", "Đăng ký nội quy lao động của doanh nghiệp", 7, 0),
    (_HOME, "1.012929", "Thành lập hội", 30, 0),
    (_HOME, "1.010803", "Giải quyết chế độ trợ cấp thờ cúng liệt sĩ", 15, 0),
    (_HEALTH, "1.014092", "Cấp chứng chỉ hành nghề dược", 20, 500_000),
    (_HEALTH, "1.012275", "Đăng ký hành nghề khám bệnh, chữa bệnh", 10, 0),
    (_SCHOOL, "1.005061", "Cấp giấy chứng nhận kinh doanh dịch vụ tư vấn du học", 15, 0),
    (_SCHOOL, "1.004889", "Công nhận văn bằng do cơ sở giáo dục nước ngoài cấp", 20, 250_000),
    (_CULTURE, "1.004623", "Cấp thẻ hướng dẫn viên du lịch nội địa", 10, 650_000),
    (_CULTURE, "1.004628", "Cấp thẻ hướng dẫn viên du lịch quốc tế", 10, 650_000),
    (_CULTURE, "1.001029", "Cấp giấy phép đủ điều kiện kinh doanh dịch vụ karaoke", 5, 6_000_000),
    (_CULTURE, "2.001628", "Cấp giấy phép kinh doanh dịch vụ lữ hành nội địa", 7, 1_500_000),
    (_CULTURE, "1.009397", "Tổ chức biểu diễn nghệ thuật trên địa bàn quản lý", 5, 1_500_000),
    (_TRADE, "2.000033", "Thông báo, đăng ký hoạt động khuyến mại", 5, 0),
    (_TRADE, "2.000063", "Cấp giấy phép thành lập văn phòng đại diện", 7, 3_000_000),
    (_POLICE, "3.000333", "Cấp phiếu lý lịch tư pháp cho công dân Việt Nam", 10, 200_000),
    (_POLICE, "1.001456", "Cấp hộ chiếu phổ thông ở trong nước", 5, 200_000),
    (_POLICE, "3.000347", "Đổi giấy phép lái xe", 5, 135_000),
    (_INSURANCE, "1.014173", "Giải quyết hưởng bảo hiểm xã hội một lần", 7, 0),
    (_INSURANCE, "1.014137", "Cấp thẻ bảo hiểm y tế", 5, 0),
    (_TRADE, NEW, "Thông báo phương án bán hàng lưu động dịp Tết Nguyên đán", 2, 0),
)  # fmt: skip

_PAPERS: dict[Agency, tuple[str, ...]] = {
    _FINANCE: (
        "Giấy đề nghị đăng ký doanh nghiệp",
        "Điều lệ công ty",
        "Danh sách thành viên hoặc cổ đông",
        _CARD,
    ),
    _ZONE: ("Văn bản đề nghị thực hiện dự án", "Đề xuất dự án đầu tư", "Báo cáo tài chính hai năm"),
    _JUSTICE: (_FORM, _CARD),
    _BUILDING: (_FORM, "Giấy tờ về quyền sử dụng đất hoặc đăng ký xe", "Bản vẽ thiết kế (nếu có)"),
    _LAND: (
        "Đơn đăng ký theo mẫu số 18",
        "Bản gốc giấy chứng nhận đã cấp",
        "Hợp đồng hoặc văn bản về việc chuyển quyền đã công chứng",
    ),
    _HOME: (_FORM, "Giấy tờ chứng minh theo từng trường hợp"),
    _HEALTH: (_FORM, "Văn bằng chuyên môn", "Giấy khám sức khỏe còn hạn", "Hai ảnh 4 × 6"),
    _SCHOOL: (_FORM, "Văn bằng và bản dịch đã công chứng"),
    _CULTURE: (_FORM, "Sơ yếu lý lịch", "Hai ảnh 3 × 4"),
    _TRADE: (_FORM, "Bản sao giấy chứng nhận đăng ký doanh nghiệp"),
    _POLICE: ("Tờ khai theo mẫu", "Căn cước"),
    _INSURANCE: ("Tờ khai TK1-TS", "Sổ bảo hiểm xã hội"),
}


def _fee_text(code: str, cost: int) -> str:
    text = f"{cost:,} đồng".replace(",", ".") if cost else _FREE
    return f"{text} (từ 01/10/2026)" if code in CHANGED else text


def _time_text(code: str, days: int) -> str:
    text = f"{days:02d} ngày làm việc"
    return f"{text}, giảm 30% so với quy định" if code in CHANGED else text


PROCEDURES: tuple[Known, ...] = tuple(
    Known(
        code=code,
        name=name,
        agency=agency,
        papers=_PAPERS[agency],
        days=days,
        fee=_fee_text(code, cost),
        cost=cost,
        time=_time_text(code, days),
    )
    for agency, code, name, days, cost in _TABLE
)

BY_CODE = {known.code: known for known in PROCEDURES}
