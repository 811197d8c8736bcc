"""EURING Exchange Code lines, 2000, 2000+ and 2020: what the rest of the node asks of the format."""

from banding.formats.euring_read import Layout, ReadLine, Record, read_line
from banding.formats.euring_write import Derived, dropped, write_line
from banding.formats.notes import Note

__all__ = ["Derived", "Layout", "Note", "ReadLine", "Record", "dropped", "read_line", "write_line"]
