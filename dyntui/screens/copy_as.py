"""A request as JSON, as an AWS CLI command or as boto3, to be copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from dyntui.core.tables.requests import Request, as_aws_cli, as_boto3, as_json
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.choice import Choice
from dyntui.widgets.text_view import TextView

FORMS = {"json": "JSON", "cli": "AWS CLI", "boto3": "boto3"}


class CopyScreen(Drawer[None]):
    """Shows what `written` gives for one of several forms, the first of `forms` to begin with."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("copy")
    AUTO_FOCUS = "TextView"
    DEFAULT_CSS = """
    CopyScreen {
        #copy-forms { height: 1; padding: 0 1; }
    }
    """

    def __init__(self, title: str, forms: dict[str, str], written: Callable[[str], str]) -> None:
        super().__init__()
        self._title = title
        self._forms = forms
        self._written = written
        self._form = next(iter(forms))

    def title_text(self) -> Text:
        """What is copied."""
        return Text(f"{self._title} · copy")

    def compose_body(self) -> ComposeResult:
        """The forms' names, and the text in the chosen one."""
        with Horizontal(id="copy-forms"):
            for form, name in self._forms.items():
                yield Choice(form, name)
        yield TextView(self._written(self._form), json=self._form == "json")

    def on_mount(self) -> None:
        """Mark the form that is shown."""
        Choice.mark(self, self._form)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Keys of forms that this text does not have do nothing, and are not shown."""
        return action != "show" or parameters[0] in self._forms

    def on_choice_chosen(self, message: Choice.Chosen) -> None:
        """Show another form."""
        self.action_show(message.value)

    def action_show(self, form: str) -> None:
        """Show another form."""
        self._form = form
        Choice.mark(self, form)
        self.query_one(TextView).show(self._written(form), json=form == "json")

    def action_copy(self) -> None:
        """Copy what is shown."""
        self.copy(self._written(self._form), f"{self._title} as {self._forms[self._form]}")
        self.dismiss()


class CopyAsScreen(CopyScreen):
    """Shows a request, and those that follow it, in one of three forms."""

    def __init__(self, request: Request, region: str, *following: Request) -> None:
        requests = (request, *following)

        def written(form: str) -> str:
            return "\n\n".join(_written(each, form, region) for each in requests)

        super().__init__(request.operation, FORMS, written)

    def title_text(self) -> Text:
        """The operation."""
        return Text(f"{self._title} · copy the request")


def _written(request: Request, form: str, region: str) -> str:
    if form == "cli":
        return as_aws_cli(request, region)
    if form == "boto3":
        return as_boto3(request, region)
    return as_json(request)
