"""Kivy's one window, and nothing else."""

from tests.kivy_window import kivy_window

__all__ = ["kivy_window"]
