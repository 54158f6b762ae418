"""Faces of the look-up made by hand: usual ones, and those that strain a screen most."""

from kiosk.code_pad import Key
from kiosk.dossier_faces import CodeFace, DigitsFace, DossierFace, LookingFace, Step
from kiosk.faces import Body, Face, Header, NoticeFace
from kiosk.flow import Screen
from kiosk.procedure_faces import ProcedureCard, ProcedureFace, ProceduresFace

HEADER = Header("Trung tâm Phục vụ hành chính công", "Tỉnh Nghệ An", "08:15", "Thứ Hai, 23/11")
URL = "https://motcua.nghean.gov.vn/p#1.012790"
LONG_NAME = (
    "Đăng ký biến động đối với trường hợp đổi tên hoặc thay đổi thông tin về người sử dụng đất, "
    "chủ sở hữu tài sản gắn liền với đất; giảm diện tích thửa đất do sạt lở tự nhiên; thay đổi "
    "hạn chế về quyền, về nghĩa vụ tài chính"
)
LONG_UNIT = "Ban Quản lý Khu kinh tế Đông Nam và các khu công nghiệp tỉnh Nghệ An"
STEPS = (
    Step("Tiếp nhận", "10/11/2026 · Quầy 5", "done"),
    Step("Thẩm định", "18/11/2026 · Sở Nông nghiệp và Môi trường", "done"),
    Step("Phê duyệt", "23/11/2026", "done"),
    Step("Chờ trả kết quả", "Quầy 12, mang theo giấy tiếp nhận và căn cước", "now"),
)
MANY_STEPS = (
    Step("Tiếp nhận", f"02/11/2026 · {LONG_UNIT}", "done"),
    Step("Phân công", f"03/11/2026 · {LONG_UNIT}", "done"),
    Step("Thẩm định", f"05/11/2026 · {LONG_UNIT}", "done"),
    Step("Lấy ý kiến các cơ quan", f"09/11/2026 · {LONG_UNIT}", "done"),
    Step("Phê duyệt", f"16/11/2026 · {LONG_UNIT}", "now"),
    Step("Đóng dấu, phát hành", LONG_UNIT, "next"),
    Step("Trả kết quả", "Hẹn 25/11/2026 tại quầy 12", "next"),
)
READY = DossierFace(
    code="H41.15-261110-0042",
    procedure="Đăng ký biến động quyền sử dụng đất",
    state="Đã xử lý xong",
    state_detail="Sớm 2 ngày so với ngày hẹn 25/11/2026",
    tone="good",
    steps=STEPS,
    todo="Nhận kết quả tại quầy 12. Đang có 3 người chờ.",
    button="Lấy số nhận kết quả",
    may_ask_name=True,
    slip="In phiếu tra cứu",
    may_print=True,
    clears="Tự xóa sau 45 giây",
)
CROWDED = DossierFace(
    code="000.00.15.H41-201002-0001",
    procedure=LONG_NAME,
    state="Yêu cầu bổ sung giấy tờ",
    state_detail="Trễ 12 ngày so với ngày hẹn 11/11/2026. Cơ quan đang xử lý: " + LONG_UNIT,
    tone="act",
    steps=MANY_STEPS,
    todo="Bổ sung giấy tờ tại quầy 4, 5 hoặc 6. Đang có 12 người chờ.",
    todo_lines=(
        "Giấy chứng nhận quyền sử dụng đất (bản gốc)",
        "Bản sao căn cước công dân của các đồng chủ sử dụng, có chứng thực",
        "Văn bản thỏa thuận về việc thay đổi quyền sử dụng đất của hộ gia đình",
    ),
    button="Lấy số nộp bổ sung giấy tờ",
    priority="Tôi thuộc diện ưu tiên",
    applicant="N***** V** A",
    slip="Máy in hết giấy, chưa in được phiếu",
    clears="Tự xóa sau 15 giây",
)
WORKING = DossierFace(
    code="H41-260901-0028",
    procedure="Cấp phiếu lý lịch tư pháp",
    state="Đang xử lý",
    state_detail="Còn 3 ngày đến ngày hẹn 26/11/2026",
    tone="work",
    steps=(
        Step("Tiếp nhận", "01/09/2026 · Quầy 9", "done"),
        Step("Công an tỉnh đang xử lý", "Từ ngày 03/09/2026", "now"),
        Step("Trả kết quả", "Hẹn 26/11/2026", "next"),
    ),
    todo="Chưa cần làm gì. Mời ông/bà quay lại đúng ngày hẹn.",
    slip="Đã in phiếu",
    may_ask_name=True,
    clears="Tự xóa sau 45 giây",
)
LATE = DossierFace(
    code="G09.20-20260609-0092637",
    procedure="Cấp đổi giấy phép lái xe",
    state="Đang xử lý, đã trễ hẹn",
    state_detail="Trễ 2 ngày so với ngày hẹn 21/11/2026",
    tone="late",
    steps=STEPS[:2],
    todo="Mời ông/bà hỏi quầy 14 về hồ sơ này.",
    button="Lấy số quầy 14",
    priority="Tôi thuộc diện ưu tiên",
    applicant="T*** T** H***",
    slip="In phiếu tra cứu",
    may_print=True,
    clears="Tự xóa sau 45 giây",
)
ENDED = DossierFace(
    code="H41.15-260105-0001",
    procedure="Cấp giấy phép xây dựng mới",
    state="Công dân yêu cầu rút hồ sơ",
    state_detail="Ngày 20/11/2026",
    tone="ended",
    slip="In phiếu tra cứu",
    may_print=True,
    clears="Tự xóa sau 45 giây",
)
DIGIT_PAD = tuple(
    tuple(Key(key) for key in row)
    for row in (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), ("clear", "0", "erase"))
)
PAPERS = (
    "Đơn đăng ký biến động đất đai, tài sản gắn liền với đất (Mẫu số 18)",
    "Giấy chứng nhận đã cấp (bản gốc)",
    "Văn bản về việc chuyển quyền theo quy định",
    "Căn cước của người nộp (để đối chiếu)",
)
MANY_PAPERS = tuple(f"{paper}; kèm bản sao có chứng thực và bản dịch (nếu có)" for paper in PAPERS)
KEYBOARD = (
    tuple("1234567890"),
    tuple("qwertyuiop"),
    tuple("asdfghjkl"),
    (*"zxcvbnm", "erase"),
    ("clear", " "),
)
CARDS = tuple(
    ProcedureCard(f"1.01279{place}", name, agency)
    for place, (name, agency) in enumerate(
        (
            ("Đăng ký khai sinh", "Sở Tư pháp"),
            (LONG_NAME, "Sở Nông nghiệp và Môi trường"),
            ("Cấp bản sao trích lục hộ tịch", "Sở Tư pháp"),
            ("Cấp giấy phép liên vận giữa Việt Nam và Lào", LONG_UNIT),
        )
    )
)


def a_face(screen: Screen, body: Body) -> Face:
    """A whole window."""
    return Face(screen, HEADER, body)


def code_face(code: str = "", starts: tuple[str, ...] = ()) -> CodeFace:
    """The keypad as the flow would offer it."""
    from kiosk.code_pad import keys

    return CodeFace(
        code=code,
        hint="Mã số in trên giấy tiếp nhận, ví dụ H41.15-261123-0042",
        starts=starts,
        keys=keys(code),
        search=len(code) > 16,
    )


STARTS = ("H41.15-261123-", "H41-261123-", "H41.15-", "H41-")

LOOKS = {
    "code": a_face(Screen.CODE, code_face("", STARTS)),
    "code-whole": a_face(Screen.CODE, code_face("H41.15-261110-0042")),
    "code-long": a_face(Screen.CODE, code_face("000.00.15.H41-201002-0001", STARTS[:1])),
    "looking": a_face(
        Screen.LOOKING,
        LookingFace("Đang tra cứu…", "H41.15-261110-0042", "Mời ông/bà chờ giây lát.", True),
    ),
    "finding": a_face(
        Screen.FINDING,
        NoticeFace(
            "warn",
            "Chưa tìm thấy hồ sơ này",
            "Mã đã nhập có thể sai một chữ hoặc một số.",
            "Mời ông/bà xem lại giấy tiếp nhận, hoặc hỏi quầy hướng dẫn.",
            "Trang đầu",
        ),
    ),
    "dossier": a_face(Screen.DOSSIER, READY),
    "dossier-crowded": a_face(Screen.DOSSIER, CROWDED),
    "dossier-working": a_face(Screen.DOSSIER, WORKING),
    "dossier-late": a_face(Screen.DOSSIER, LATE),
    "dossier-ended": a_face(Screen.DOSSIER, ENDED),
    "digits": a_face(
        Screen.DIGITS,
        DigitsFace(
            "Bốn số cuối của điện thoại hoặc căn cước",
            "Số của người đứng tên hồ sơ. Đúng thì máy hiện tên đã che bớt.",
            2,
            DIGIT_PAD,
            "Chưa đúng. Mời ông/bà thử lại.",
        ),
    ),
    "procedures": a_face(
        Screen.PROCEDURES,
        ProceduresFace("khai sinh", "Có 4 thủ tục phù hợp", CARDS, 0, 3, KEYBOARD),
    ),
    "procedures-none": a_face(
        Screen.PROCEDURES,
        ProceduresFace("", "Gõ tên thủ tục, có dấu hoặc không dấu", (), 0, 1, KEYBOARD),
    ),
    "procedure": a_face(
        Screen.PROCEDURE,
        ProcedureFace(
            *("1.013831", "Đăng ký biến động quyền sử dụng đất", "Sở Nông nghiệp và Môi trường"),
            PAPERS, "10 ngày làm việc", "28.000 đồng", "Quầy 4, 5, 6", "", URL,
            "Lấy số làm thủ tục này", "Tôi thuộc diện ưu tiên",
        ),
    ),
    "procedure-long": a_face(
        Screen.PROCEDURE,
        ProcedureFace(
            *("1.013831", LONG_NAME, LONG_UNIT),
            MANY_PAPERS * 3,
            "Không quá 10 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ; vùng sâu, vùng xa 20 ngày",
            "Theo nghị quyết của Hội đồng nhân dân tỉnh",
            "Quầy 1–4 · 17 · 21–22",
            "Hồ sơ nộp trực tuyến được giảm lệ phí.",
            URL,
            "Lấy số làm thủ tục này",
            "Tôi thuộc diện ưu tiên",
        ),
    ),
    "procedure-bare": a_face(Screen.PROCEDURE, ProcedureFace("1.005061", "Tư vấn", "Sở Y tế")),
}  # fmt: skip
"""Every screen of the look-up."""
