"""The procedures as a catalogue to be searched. Pure."""

from shared.messages import Procedure


class Catalogue:
    """Procedures in their order; `fingerprint` names exactly this content."""

    def __init__(self, procedures: tuple[Procedure, ...]) -> None:
        self.procedures = procedures
