"""Work in threads for widgets: started, cancellable, answered in messages.

The work gets a function that says whether it was cancelled, and runs in a thread; what it gives, or
the error that it raises, comes back in a message, so that only handlers touch widgets. Where it
asks whether it was cancelled, it makes way for the screen.
"""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import cached_property, partial
from inspect import isawaitable
from typing import Any, TypeVar

from textual.app import App
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker

from dyntui.core.connection.giving_up import ends_with
from dyntui.core.connection.units_limit import begin_action
from dyntui.widgets.screen_loop import ScreenLoop
from engine.errors import ApiError, InternalServerError

Result = TypeVar("Result")
Cancelled = Callable[[], bool]
Answer = Awaitable[None] | None

PACE_S = 0.25
"""How long a job's progress stands before more of it is shown."""


class Job:
    """A piece of work of a widget, under way until its answer is handed over or it is stopped.

    Its thread may be at it still, and what it posted under way: nothing of that is shown any more,
    so that it takes the place of nothing that came since.
    """

    def __init__(self, outlives: bool) -> None:
        self.outlives = outlives
        self._is_over = False
        self._worker: Worker[None] | None = None

    def begin(self, worker: Worker[None]) -> None:
        """Its thread is `worker`, which Textual cancels where its widget or the app goes."""
        self._worker = worker

    @property
    def is_over(self) -> bool:
        """Whether it has answered, or nobody waits for its answer any more."""
        # Its thread asks, too, and `end` may come meanwhile.
        worker = self._worker
        return self._is_over or (worker is not None and worker.is_cancelled)

    def end(self) -> None:
        """It has answered, or nobody waits for its answer any more."""
        # What it read may be large, and is let go with its thread.
        self._is_over, self._worker = True, None

    def stop(self) -> None:
        """Have its thread end as soon as that asks."""
        worker = self._worker
        self.end()
        if worker is not None:
            worker.cancel()


job_at_work: ContextVar[Job] = ContextVar("job_at_work")
"""The job that a thread is at."""


def _leave(_: object) -> None:
    """What a job found needs no closing."""


class JobPosted(Message, bubble=False):
    """What a job has to be shown: how far it is, or, where it `ends` by that, its answer.

    Where the job outlives its widget, the first screen takes the answer once the widget goes. An
    answer that nobody takes is dropped by `drop`.
    """

    def __init__(
        self,
        job: Job,
        show: Callable[[], Answer],
        *,
        ends: bool,
        drop: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self.job = job
        self.show = show
        self.ends = ends
        self.drop = drop


class JobHost(Widget):
    """A widget or screen that has work done in threads.

    It stands last among the bases of a class: styles are inherited from the first.
    """

    @cached_property
    def _jobs(self) -> dict[str, Job]:
        """The last job of each group."""
        return {}

    def run_job(
        self,
        title: str,
        work: Callable[[Cancelled], Result],
        done: Callable[[Result], Answer],
        failed: Callable[[ApiError], Answer],
        *,
        group: str,
        outlives: bool = False,
        drop: Callable[[Result], None] = _leave,
    ) -> None:
        """Do `work` in a thread; a job of this widget and group that is under way is stopped.

        `title` stands in the header while it takes long. `done` or `failed` is called in a handler
        of this widget, neither if the job was stopped. A job that `outlives` this widget goes on
        when the widget goes, answers in a handler of the first screen then, and is cancelled when
        the app ends. What `work` gives is closed by `drop` where `done` is not called, in whichever
        thread that is known.
        """

        app = self.app
        loop = get_running_loop()
        job = Job(outlives)

        def run() -> None:
            def cancelled() -> bool:
                if isinstance(loop, ScreenLoop):
                    loop.make_way()
                return job.is_over

            begin_action()
            ends_with(lambda: job.is_over)
            job_at_work.set(job)
            try:
                found = work(cancelled)
                message = JobPosted(job, partial(done, found), ends=True, drop=partial(drop, found))
            except ApiError as error:
                message = JobPosted(job, partial(failed, error), ends=True)
            except Exception as error:
                # What nobody expected is shown where it arose, too, and never as a traceback.
                unexpected = InternalServerError(f"{type(error).__name__}: {error}")
                message = JobPosted(job, partial(failed, unexpected), ends=True)
            try:
                # Whether the widget goes is known in its loop.
                loop.call_soon_threadsafe(self._hand_over, app, message)
            except RuntimeError:
                # The app has ended.
                message.drop()

        self.stop_job(group)
        self._jobs[group] = job
        host = app if outlives else self
        # Where it has no name, Textual takes the function's.
        run.__name__ = title
        job.begin(host.run_worker(run, name=title, group=group, thread=True))

    def post_progress(self, show: Callable[[], None]) -> None:
        """From a job's thread: have something shown by a handler, as long as it is under way."""
        self.post_message(JobPosted(job_at_work.get(), show, ends=False))

    @property
    def job_running(self) -> bool:
        """Whether a job of this widget is under way."""
        return any(not job.is_over for job in self._jobs.values())

    def stop_job(self, group: str) -> None:
        """Stop the job of a group, where one is under way."""
        job = self._jobs.get(group)
        if job is not None:
            job.stop()

    def cancel_jobs(self) -> bool:
        """Stop this widget's jobs but those that outlive it; whether there was one of any kind."""
        running = self.job_running
        for job in self._jobs.values():
            if not job.outlives:
                job.stop()
        self.workers.cancel_node(self)
        return running

    async def on_job_posted(self, message: JobPosted) -> None:
        """Have it shown by whoever asked."""
        job = message.job
        if job.is_over:
            message.drop()
            return
        if self._pruning:
            self._hand_over(self.app, message)
            return
        if message.ends:
            job.end()
        answer = message.show()
        if isawaitable(answer):
            await answer

    def _hand_over(self, app: App[Any], message: JobPosted) -> None:
        """To a handler of this widget; where it goes, and its job does not, of the screen below.

        A widget that is being removed goes after its parts: there is nothing to show an answer in.
        """
        if not self._pruning and self.post_message(message):
            return
        # Where the app has ended there is no screen.
        below: Widget | None = next(iter(app.screen_stack), None)
        waited_for = message.ends and message.job.outlives and below is not self
        if not (waited_for and below is not None and below.post_message(message)):
            message.drop()


class Progress:
    """Shows how far a job has come: at once, then at most every `PACE_S`, however often it is told,
    and no more once the job is over. Made in the job's thread.

    A widget takes its messages one after the other, and nothing else is done before it has none:
    a job that posts them faster than they are handled would keep out every key.
    """

    def __init__(self, host: JobHost, show: Callable[[], None]) -> None:
        self._job = job_at_work.get()
        self._host = host
        self._show = show
        self._told = False
        self._waiting = False

    def tell(self) -> None:
        """There is more to be shown."""
        self._told = True
        if not self._waiting:
            self._waiting = True
            self._host.post_message(JobPosted(self._job, self._show_it, ends=False))

    def _show_it(self) -> None:
        self._told = False
        self._host.set_timer(PACE_S, self._look_again)
        self._show()

    def _look_again(self) -> None:
        if self._job.is_over:
            return
        # In this order: what is told in between is shown twice rather than never.
        self._waiting = False
        if self._told:
            self._waiting = True
            self._show_it()
