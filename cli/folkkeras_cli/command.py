"""Commands with short help: a default follows its sentence, only values have types, backticks mean bold."""

import re
from typing import Any

from rich.markup import escape
from typer.core import TyperArgument, TyperCommand, TyperGroup


class Command(TyperCommand):
    """A command."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.help, self.epilog = _styled(self.help), _styled(_as_session(self.epilog))

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, with their help made short."""
        return [_shortened(param) for param in super().get_params(ctx)]


class Group(TyperGroup):
    """A command with subcommands."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.help, self.epilog = _styled(self.help), _styled(self.epilog)

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, with their help made short."""
        return [_shortened(param) for param in super().get_params(ctx)]


def _shortened(param: Any) -> Any:
    if isinstance(param, TyperArgument):
        vars(param)["display_type_rich"] = lambda ctx: None  # no type in brackets, since the help says what it is
    is_flag = getattr(param, "is_flag", False)
    if is_flag and param.metavar is None:
        param.metavar = ""
    shown, param.show_default = param.show_default, False
    default = shown if isinstance(shown, str) else param.default if shown and not is_flag else None
    param.help = _styled(param.help)
    if default is not None:
        param.help = f"{param.help} [dim]\\[{escape(str(default))}][/]"
    return param


def _as_session(examples: str | None) -> str | None:
    """Examples as in a terminal: each command, and what it does as a comment."""
    return examples and re.sub(r"^`([^`]+)` (.*?)[;.]?$", r"`\1`  # \2", examples, flags=re.MULTILINE)


def _styled(text: str | None) -> str | None:
    if text is None:
        return None
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    return re.sub(r"`([^`]+)`", lambda match: f"[bold]{escape(match[1])}[/]", "\n\n".join(paragraphs))
