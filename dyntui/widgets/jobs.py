"""Work in threads for widgets: started, cancellable, answered in messages.

The work gets a function that says whether it was cancelled, and runs in a thread; what it gives, or
the error that it raises, comes back in a message, so that only handlers touch widgets. Where it
asks whether it was cancelled, it makes way for the screen.
"""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable
from typing import TypeVar

from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, get_current_worker

from dyntui.core.connection.giving_up import ends_with
from dyntui.core.connection.units_limit import begin_action
from dyntui.widgets.screen_loop import ScreenLoop
from engine.errors import ApiError, InternalServerError

Result = TypeVar("Result")
Cancelled = Callable[[], bool]
Answer = Awaitable[None] | None

PACE_S = 0.15
"""How long a job's progress stands before more of it is shown."""


class JobAnswered(Message, bubble=False):
    """What a job gave; `deliver` hands it to whoever waits.

    Where the job outlives its widget, the first screen takes the answer once the widget goes.
    """

    def __init__(self, deliver: Callable[[], Answer], outlives: bool = False) -> None:
        super().__init__()
        self.deliver = deliver
        self.outlives = outlives


class JobHost(Widget):
    """A widget or screen that has work done in threads.

    It stands last among the bases of a class: styles are inherited from the first.
    """

    _job: Worker[None] | None = None

    def run_job(
        self,
        title: str,
        work: Callable[[Cancelled], Result],
        done: Callable[[Result], Answer],
        failed: Callable[[ApiError], Answer],
        *,
        group: str,
        outlives: bool = False,
    ) -> None:
        """Do `work` in a thread; a job of the same group that still runs is cancelled.

        `title` stands in the header while it takes long. `done` or `failed` is called in a handler
        of this widget, neither if the job was cancelled. A job that `outlives` this widget goes on
        when the widget goes, answers in a handler of the first screen then, and is cancelled when
        the app ends.
        """

        app = self.app
        loop = get_running_loop()

        def run() -> None:
            worker = get_current_worker()

            def cancelled() -> bool:
                if isinstance(loop, ScreenLoop):
                    loop.make_way()
                return worker.is_cancelled

            begin_action()
            ends_with(lambda: worker.is_cancelled)
            try:
                answer = partial(done, work(cancelled))
            except ApiError as error:
                answer = partial(failed, error)
            except Exception as error:
                # What nobody expected is shown where it arose, too, and never as a traceback.
                answer = partial(failed, InternalServerError(f"{type(error).__name__}: {error}"))
            if not worker.is_cancelled:
                message = JobAnswered(answer, outlives)
                if not self.post_message(message) and outlives:
                    # The widget is gone, the job was not: the screen below answers for it.
                    app.screen_stack[0].post_message(message)

        host = app if outlives else self
        # Where it has no name, Textual takes the function's.
        run.__name__ = title
        self._job = host.run_worker(run, name=title, group=group, exclusive=True, thread=True)

    def post_progress(self, show: Callable[[], None]) -> None:
        """From a job's thread: have something shown by a handler."""
        self.post_message(JobAnswered(show))

    @property
    def job_running(self) -> bool:
        """Whether a job of this widget runs."""
        own = any(worker.node is self and worker.is_running for worker in self.app.workers)
        return own or (self._job is not None and self._job.is_running)

    def cancel_jobs(self) -> bool:
        """Stop this widget's jobs; whether there was one."""
        running = self.job_running
        self.workers.cancel_node(self)
        return running

    async def on_job_answered(self, message: JobAnswered) -> None:
        """Hand a job's answer to whoever waits."""
        if self._pruning:
            # A widget that is being removed goes after its parts: there is nothing to show it in.
            below: Widget = self.app.screen_stack[0]
            if message.outlives and below is not self:
                below.post_message(message)
            return
        answer = message.deliver()
        if isawaitable(answer):
            await answer


class Progress:
    """Shows how far a job has come: at once, then at most every `PACE_S`, however often it is told.

    A widget takes its messages one after the other, and nothing else is done before it has none:
    a job that posts them faster than they are handled would keep out every key.
    """

    def __init__(self, host: JobHost, show: Callable[[], None]) -> None:
        self._host = host
        self._show = show
        self._told = False
        self._waiting = False

    def tell(self) -> None:
        """From the job's thread: there is more to be shown."""
        self._told = True
        if not self._waiting:
            self._waiting = True
            self._host.post_progress(self._show_it)

    def _show_it(self) -> None:
        self._told = False
        self._host.set_timer(PACE_S, self._look_again)
        self._show()

    def _look_again(self) -> None:
        # In this order: what is told in between is shown twice rather than never.
        self._waiting = False
        if self._told:
            self._waiting = True
            self._show_it()
