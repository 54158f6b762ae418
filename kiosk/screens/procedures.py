"""The screens of the procedures: search as one types, and one procedure."""

from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk import theme
from kiosk.code_pad import Key
from kiosk.moves import PickProcedure, TakeForProcedure, TakeWithPriority, TypeKey
from kiosk.procedure_faces import ProcedureFace, ProceduresFace
from kiosk.screens.dossier import TodoBlock
from kiosk.screens.flowing import Block, Gap, Item, Prose, beside, naturals, stack
from kiosk.screens.keys import MORE
from kiosk.screens.look import hue, look, said as _
from kiosk.screens.screens import Page, Pager, sized
from kiosk.screens.widgets import Press, QrCode
from shared.model import RequestId

MOST_PAPERS = 10
LABEL_SHARE = 0.42
LEAST_LETTERS = 0.84
"""Papers that would need smaller letters than this are left to the QR."""


class ProcedureRow(Press):
    """A procedure of the list."""

    code = StringProperty()
    name = StringProperty()
    agency = StringProperty()


class ProceduresPage(Page):
    """Search as one types."""

    face: ProceduresFace = ObjectProperty(ProceduresFace(), rebind=True)
    aside = BooleanProperty(False)
    """The keys stand beside the list, not under it."""
    figures = BooleanProperty(False)
    """Figures are shown instead of letters, where both have no room."""

    def on_kv_post(self, *_args: Any) -> None:
        """Keys speak to the flow; the pager stands between the two ways."""
        self.ids.pad.press = self._pressed
        self.pager = Pager(page=self)
        self.kept = (self.pager,)
        self.ids.list.bind(size=self._measure, cols=self._measure)
        self.watch(self._measure, "lying", "large", "low")

    def on_face(self, *_args: Any) -> None:
        """Show the cards of this page, and the keys."""
        box = self.ids.list
        for row in sized(box, ProcedureRow, len(self.face.cards)):
            row.bind(on_release=self._picked)
        for row, card in zip(reversed(box.children), self.face.cards, strict=True):
            row.code, row.name, row.agency = card.code, card.name, card.agency
        if not self.face.query:
            self.figures = False
        self._measure()

    def _pressed(self, key: str) -> None:
        if key != MORE:
            self.tell(TypeKey(key))
            return
        self.figures = not self.figures
        self._measure()

    def _keys(self) -> tuple[tuple[str, ...], ...]:
        """All of them, or where there is little height letters, and figures behind a key."""
        rows = self.face.keys
        if not rows or not (look.low or (self.aside and look.large)):
            return rows
        figures, *letters, last = rows
        if self.figures:
            return (figures, (MORE, *last[:1], "erase"))
        return (*letters, (MORE, *last))

    def _measure(self, *_args: Any) -> None:
        self.ids.pad.show(tuple(tuple(Key(key) for key in row) for row in self._keys()))
        self.pager.show(self.face, self.ids.ways)
        box = self.ids.list
        rows = max(1, -(-len(self.face.cards) // box.cols))
        room = (box.height - box.spacing[1] * (rows - 1)) / rows
        box.row_default_height = min(max(room, 0), theme.CARD_MOST * look.u)

    def _picked(self, row: Any) -> None:
        self.tell(PickProcedure(row.code))


class Fact(Widget):
    """What is to be known, and beside it what it is for this procedure."""

    def __init__(self, label: str) -> None:
        super().__init__(size_hint=(None, None))
        self.label = Prose(text=label, size_wanted=theme.T_HEAD, color=hue.ink_second, valign="top")
        self.value = Prose(size_wanted=theme.T_HEAD, weight="medium", valign="top")
        self.add_widget(self.label)
        self.add_widget(self.value)

    def natural(self, width: float, scale: float) -> float:
        """Without a value it is not there."""
        if not self.value.text:
            return 0.0
        beside = width * LABEL_SHARE
        words = (self.label.natural(beside, scale), self.value.natural(width - beside, scale))
        return float(max(words) + 6 * look.u)

    def place(self, left: float, low: float, width: float, height: float, scale: float) -> None:
        """Take that box, or hide."""
        self.pos, self.size = (left, low), (width, height)
        self.opacity = 1 if height else 0
        beside = width * LABEL_SHARE
        self.label.place(left, low, beside, height, scale)
        self.value.place(left + beside, low, width - beside, height, scale)


class ProcedurePage(Page):
    """One procedure: what to bring, how long, how much, where; and a number for it."""

    face: ProcedureFace = ObjectProperty(ProcedureFace(), rebind=True)

    def __init__(self, **kwargs: Any) -> None:
        self._arrange_soon = Clock.create_trigger(self._arrange, -1)
        super().__init__(**kwargs)

    def on_kv_post(self, *_args: Any) -> None:
        """Make the parts once; faces fill them."""
        self.name_words = Prose(size_wanted=52, least=48, weight="bold")
        self.agency = Prose(size_wanted=theme.T_HEAD, color=hue.ink_second)
        self.papers_title = Prose(weight="bold")
        self.papers = Block(inset=30)
        self.time, self.fee = Fact(_("Thời hạn giải quyết")), Fact(_("Lệ phí"))
        self.counters = Fact(_("Nơi nộp hồ sơ"))
        self.note = Prose(size_wanted=theme.T_NOTE + 2, color=hue.ink_second)
        facts = (self.time, self.fee, self.counters)
        self.facts = Block(*facts, Gap(air=8), self.note, inset=26)
        self.carry = Carry()
        self.todo = TodoBlock()
        gaps = [Gap(air=22) for _place in range(5)]
        self.head = (self.name_words, self.agency)
        self.told = (self.facts, gaps[1], self.todo)
        self.aside = (self.papers, gaps[2], self.carry)
        order = (self.papers, gaps[1], self.facts, gaps[2], self.carry, gaps[3], self.todo)
        self.upright = (*self.head, gaps[0], *order)
        for part in self.upright:
            self.ids.body.add_widget(part)
        self.todo.gold.bind(on_release=self._take)
        self.todo.dark.bind(on_release=lambda *_a: self.tell(TakeWithPriority()))
        self.ids.body.bind(pos=self._arrange_soon, size=self._arrange_soon)
        self.watch(self._arrange_soon, "lying")

    def on_face(self, *_args: Any) -> None:
        """Fill the parts, and find their places before the next frame."""
        face = self.face
        code = _("Mã thủ tục: {code}").format(code=face.code) if face.code else ""
        self.name_words.text = face.name
        self.agency.text = " · ".join(part for part in (face.agency, code) if part)
        self.papers_title.text = _("Giấy tờ thường cần") if face.papers else ""
        self._list(len(face.papers))
        self.time.value.text, self.fee.value.text = face.time, face.fee
        self.counters.value.text = face.counters
        self.note.text = face.note
        self.carry.show(face.url)
        self.todo.show_only(face.button, face.priority)
        self._arrange_soon()

    def _list(self, most: int) -> None:
        """Name the first `most` papers, and say where the others are."""
        papers = self.face.papers[: min(most, MOST_PAPERS)]
        items: list[Any] = [
            Item(f"{place}.", paper, size_wanted=theme.T_HEAD)
            for place, paper in enumerate(papers, start=1)
        ]
        if len(papers) < len(self.face.papers):
            items.append(Prose(text=_("…và giấy tờ khác, xem mã QR"), weight="medium"))
        spaced = [part for item in items for part in (item, Gap(air=8))][:-1]
        self.papers.hold(self.papers_title, Gap(air=12), *spaced)

    def _take(self, *_args: Any) -> None:
        self.tell(TakeForProcedure(RequestId(self.new_id())))

    def _arrange(self, *_args: Any) -> None:
        body = self.ids.body
        most = min(len(self.face.papers), MOST_PAPERS)
        self._list(most)
        while most > 1 and not self._fits(body):
            most -= 1
            self._list(most)
        if look.lying:
            beside(self.head, self.told, self.aside, body)
        else:
            stack(self.upright, body.x, body.top, body.width, body.height)

    def _fits(self, body: Any) -> bool:
        """Whether all of it has room in letters that are not too small."""
        if not look.lying:
            heights = naturals(self.upright, body.width, LEAST_LETTERS)
            return bool(sum(heights) <= body.height)
        head = sum(naturals(self.head, body.width, LEAST_LETTERS))
        width = (body.width - theme.MARGIN_NARROW * look.bar) / 2
        aside = naturals(self.aside, width, LEAST_LETTERS)
        return bool(head + sum(aside) + theme.GAP * look.bar <= body.height)


class Carry(Block):
    """The QR by which a phone carries the procedure away."""

    def __init__(self) -> None:
        self.qr = QrCode(size_hint=(None, None))
        self.title = Prose(weight="bold")
        self.line = Prose(size_wanted=theme.T_HEAD, color=hue.ink_second)
        super().__init__(self.title, self.line, inset=24)
        self.add_widget(self.qr)

    def show(self, url: str) -> None:
        """Without a URL it is not there."""
        self.qr.url = url
        self.title.text = _("Mang về trên điện thoại") if url else ""
        self.line.text = _("Quét mã này để xem lại danh sách giấy tờ ở nhà.") if url else ""

    def _beside(self) -> float:
        return float((theme.QR_SMALL + theme.INSET) * look.bar)

    def natural(self, width: float, scale: float) -> float:
        """At least as high as the code, which never shrinks."""
        least = (theme.QR_SMALL + 2 * 24) * look.bar
        return max(least, super().natural(width, scale)) if self.qr.url else 0.0

    def place(self, left: float, low: float, width: float, height: float, scale: float) -> None:
        """The code on the left, its words beside it."""
        super().place(left, low, width, height, scale)
        side = theme.QR_SMALL * look.bar
        self.qr.size = (side, side)
        self.qr.pos = (left + self.across * look.bar, low + (height - side) / 2)
