"""What stands on the kiosk's glass while its program is away."""

from shared.i18n import N_

AWAY = (
    N_("Máy đang khởi động lại"),
    N_("Mời ông/bà chờ giây lát."),
    N_("Số đã lấy vẫn được giữ."),
)
