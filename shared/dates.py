"""Days in the language that is spoken."""

from datetime import date

from shared.i18n import SOURCE, spoken
from shared.vietnamese import date_words


def day_words(day: date) -> str:
    """`Thứ Hai, 23/11` in Vietnamese, `Mon, 23 Nov` in English, and likewise in others."""
    language = spoken()
    if language == SOURCE:
        return date_words(day)
    # Whoever speaks Vietnamese alone need not wait for babel.
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return f"{day.day}/{day.month}"
    return format_date(day, "EEE, d MMM", locale)
