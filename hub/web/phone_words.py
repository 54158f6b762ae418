"""What a phone is told about a ticket, in words: for the page without JavaScript, and as data for
the page's script, which holds no texts of its own.

Names in braces are filled in where the words are shown.
"""

from collections.abc import Callable

from shared.i18n import N_

Translate = Callable[[str], str]

TICKET = {
    "no_number": N_("Chưa có số nào"),
    "no_number_note": N_(
        "Xin quét mã QR in trên phiếu để xem số. Chưa có phiếu, mời lấy số tại máy lấy số ở sảnh."
    ),
    "unknown": N_("Không tìm thấy số này"),
    "unknown_note": N_("Có thể đây là số của ngày khác. Mời lấy số mới, hoặc hỏi quầy hướng dẫn."),
    "unseen": N_("Chưa xem được số"),
    "lost": N_(
        "Mất kết nối từ {time}. Chỗ của ông/bà vẫn được giữ; trang tự cập nhật khi có mạng lại."
    ),
    "title": N_("Số của ông/bà"),
    "title_called": N_("Mời đến quầy {counter} – {number}"),
    "title_waiting": N_("{number} · còn {ahead} người"),
    "called": N_("Mời ông/bà đến"),
    "served": N_("Đang phục vụ tại"),
    "counter": N_("Quầy {counter}"),
    "bring": N_("Xin mang theo giấy tờ. Quầy đang chờ số {number}."),
    "next": N_("Kế tiếp"),
    "nobody": N_("không còn ai phía trước"),
    "ahead": N_("người phía trước"),
    "minutes": N_("phút nữa"),
    "serving": N_("Đang phục vụ {number} tại quầy {counter}."),
    "where": N_("Ông/bà sẽ được mời đến quầy {counters}."),
    "or": N_("{some} hoặc {last}"),
    "overtaken": N_(
        "Vì sao {number} được gọi trước? Số này có quyền ưu tiên, được cộng {minutes} phút theo"
        " quy định của trung tâm."
    ),
    "overtaken_else": N_(
        "Vì sao {number} được gọi trước? Cán bộ đã gọi riêng số này, ví dụ người từ quầy khác"
        " chuyển sang hoặc quay lại sau khi bổ sung giấy tờ."
    ),
    "delayed": N_("Ông/bà đã xin thêm thời gian: số sẽ không được gọi trước {time}."),
    "delay": N_("Tôi cần thêm {minutes} phút"),
    "delay_sure": N_("Lùi lượt {minutes} phút?"),
    "delay_go": N_("Lùi {minutes} phút"),
    "delay_note": N_(
        "Số của ông/bà sẽ được gọi sau ít nhất {minutes} phút, và sau những người lấy số trong vòng"
        " {minutes} phút sau ông/bà. Mỗi số chỉ lùi được một lần."
    ),
    "held": N_("Số được tạm giữ. Xong việc, mời ông/bà quay lại quầy {counter}."),
    "held_anywhere": N_("Số được tạm giữ. Xong việc, mời ông/bà báo cán bộ quầy."),
    "no_show": N_(
        "Đã gọi số {number} mà chưa gặp ông/bà. Xin báo cán bộ quầy {counter} để được xếp lại"
        " vào hàng."
    ),
    "no_show_anywhere": N_(
        "Đã gọi số {number} mà chưa gặp ông/bà. Xin báo cán bộ quầy để được xếp lại vào hàng."
    ),
    "done": N_("Đã phục vụ xong. Xin cảm ơn ông/bà!"),
    "cancelled": N_("Số này không còn hiệu lực. Khi cần, xin lấy số mới tại máy lấy số."),
    "armed": N_("Đã bật: {means}. Xin để trang này mở."),
    "armed_nothing": N_("Máy này không báo được bằng tiếng hay rung. Xin để ý màn hình."),
    "sound": N_("tiếng chuông"),
    "vibration": N_("rung"),
    "light": N_("giữ sáng màn hình"),
    "notice": N_("thông báo"),
}

_REFUSALS = {
    "wrong_state": N_("Số này vừa được gọi hoặc đã kết thúc, nên không đổi được nữa."),
    "delayed_already": N_("Mỗi số chỉ được xin thêm thời gian một lần."),
    "unknown_ticket": N_("Không có số này trong ngày hôm nay."),
    "storage_full": N_("Máy chủ chưa ghi nhận được. Chỗ của ông/bà vẫn được giữ; xin thử lại sau."),
    "storage_failed": N_(
        "Máy chủ chưa ghi nhận được. Chỗ của ông/bà vẫn được giữ; xin thử lại sau."
    ),
    "too_busy": N_("Máy chủ đang bận. Chỗ của ông/bà vẫn được giữ; trang tự thử lại."),
}


def ticket_words(_: Translate) -> dict[str, str]:
    """The words by their names."""
    return {name: _(text) for name, text in TICKET.items()}


def refusal_words(_: Translate) -> dict[str, str]:
    """What a refused wish means to whoever holds the phone, by its code."""
    return {code: _(text) for code, text in _REFUSALS.items()}
