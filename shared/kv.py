"""kv rules of widgets that are to go."""

from typing import Any

from kivy.lang import Builder


def unbind(top: Any) -> None:
    """End the rules of a widget and all below it; it is not to be shown any more.

    A rule that hears of something that outlives its widget (a size, a palette) would be run once
    more while the widget is being collected, and find it gone: ReferenceError.
    """
    for widget in list(top.walk(restrict=True)):
        Builder.unbind_widget(widget.uid)
