"""A request as JSON, as an AWS CLI command or as boto3, to be copied."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from dyntui.core.requests import Request, as_aws_cli, as_boto3, as_json
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.choice import Choice
from dyntui.widgets.text_view import TextView

FORMS = {"json": "JSON", "cli": "AWS CLI", "boto3": "boto3"}


class CopyAsScreen(Drawer[None]):
    """Shows a request, and those that follow it, in one of three forms."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("copy")
    AUTO_FOCUS = "TextView"
    DEFAULT_CSS = """
    CopyAsScreen {
        #copy-forms { height: 1; padding: 0 1; }
    }
    """

    def __init__(self, request: Request, region: str, *following: Request) -> None:
        super().__init__()
        self._request = request
        self._requests = (request, *following)
        self._region = region
        self._form = "json"

    def title_text(self) -> Text:
        """The operation."""
        return Text(f"{self._request.operation} · copy the request")

    def compose_body(self) -> ComposeResult:
        """The forms' names, and the request in the chosen one."""
        with Horizontal(id="copy-forms"):
            for form, name in FORMS.items():
                yield Choice(form, name)
        yield TextView(self._text())

    def on_mount(self) -> None:
        """Mark the form that is shown."""
        Choice.mark(self, self._form)

    def _text(self) -> str:
        return "\n\n".join(map(self._written, self._requests))

    def _written(self, request: Request) -> str:
        if self._form == "cli":
            return as_aws_cli(request, self._region)
        if self._form == "boto3":
            return as_boto3(request, self._region)
        return as_json(request)

    def on_choice_chosen(self, message: Choice.Chosen) -> None:
        """Show another form."""
        self.action_show(message.value)

    def action_show(self, form: str) -> None:
        """Show another form."""
        self._form = form
        Choice.mark(self, form)
        self.query_one(TextView).show(self._text(), json=form == "json")

    def action_copy(self) -> None:
        """Copy the request as it is shown."""
        self.copy(self._text(), f"{self._request.operation} as {FORMS[self._form]}")
        self.dismiss()

    def action_close(self) -> None:
        """Back."""
        self.dismiss()
