"""The text of one block, editable, in the terminal's own colours."""

from __future__ import annotations

from rich.style import Style
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

THEME = TextAreaTheme(
    name="ksync",
    base_style=Style(),
    gutter_style=Style(dim=True),
    cursor_style=Style(reverse=True),
    cursor_line_style=Style(),
    cursor_line_gutter_style=Style(bold=True),
    bracket_matching_style=Style(bold=True, underline=True),
    selection_style=Style(reverse=True),
    syntax_styles={
        "string": Style(color="cyan"),
        "comment": Style(dim=True, italic=True),
        "toml.type": Style(bold=True),
        "property": Style(bold=True),
        "boolean": Style(color="magenta"),
        "number": Style(color="magenta"),
        "float": Style(color="magenta"),
        "toml.datetime": Style(color="magenta"),
        "punctuation.bracket": Style(color="bright_blue"),
        "toml.error": Style(underline=True),
    },
)


class BlockArea(TextArea):
    """A TOML block. `tab` is left to the screen, which completes; without the grammar it is plain text."""

    DEFAULT_CSS = """
    BlockArea { border: none; height: 1fr; padding: 0; background: transparent; scrollbar-size-vertical: 1; }
    BlockArea:focus { border: none; }
    """

    def __init__(self, text: str, first_line: int) -> None:
        super().__init__(
            text,
            id="block",
            soft_wrap=False,
            tab_behavior="focus",
            show_line_numbers=True,
            line_number_start=first_line,
        )
        self.cursor_blink = False
        self.indent_width = 2
        self.register_theme(THEME)
        self.theme = THEME.name
        if "toml" in self.available_languages:
            self.language = "toml"

    def before_cursor(self) -> str:
        """The cursor's line up to the cursor."""
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]
