"""What hangs on the wall, drawn with Kivy."""
