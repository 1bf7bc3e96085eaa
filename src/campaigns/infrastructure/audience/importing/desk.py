"""Works off uploads, one at a time, each in a child process that cannot harm its neighbours."""

import asyncio
import contextlib
import os
import shutil
import sys
from pathlib import Path

import msgspec
import structlog

from campaigns.application.audience.ports import Import
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock, Pulse
from campaigns.infrastructure.audience.datasets import PEOPLE, Dataset, Datasets, Kind
from campaigns.infrastructure.audience.engine import EngineLimits
from campaigns.infrastructure.audience.erasing.in_files import ErasedInFiles
from campaigns.infrastructure.audience.importing.child import USER_ID, Done, Progress, Task
from campaigns.infrastructure.audience.importing.imports import PostgresImports
from campaigns.infrastructure.audience.importing.limits import ImportLimits
from campaigns.infrastructure.audience.importing.suppressing import KEY, SuppressingFiles, closed_columns
from campaigns.infrastructure.audience.shared_addresses import SHAREABLE, sharers

log = structlog.get_logger(__name__)
_POLL = 1.0
_LONGEST_LINE = 4_000_000
_CHILD = ("-m", "campaigns.infrastructure.audience.importing.child")


class _Line(msgspec.Struct):
    progress: Progress | None = None
    done: Done | None = None


class ImportDesk:
    """A Runnable. What counts changes in one step at the end: killed at any moment, an import starts over."""

    def __init__(
        self,
        imports: PostgresImports,
        datasets: Datasets,
        scratch: Path,
        limits: ImportLimits,
        clock: Clock,
        *,
        pulse: Pulse,
        erased: ErasedInFiles,
        suppressing: SuppressingFiles,
    ) -> None:
        self._imports = imports
        self._erased = erased
        self._suppressing = suppressing
        self._datasets = datasets
        self._scratch = scratch
        self._limits = limits
        self._clock = clock
        self._pulse = pulse

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                upload = await self._imports.claim(self._clock.now())
                if upload is not None:
                    await self._until(stopping, upload)
                    continue
            except DependencyDownError as down:
                log.warning("imports wait", dependency=down.name)
            await self._pulse.rest(_POLL, stopping)

    async def _until(self, stopping: asyncio.Event, upload: Import) -> None:
        """Stopped, it leaves the import to whoever claims it next."""
        work, stop = asyncio.create_task(self.take_in(upload)), asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            broken_off = not work.done()
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
            if broken_off:
                await self._imports.release(upload)

    async def take_in(self, upload: Import) -> None:
        """Read, switch, say what became of it."""
        try:
            await self._taken_in(upload)
        except OSError as error:
            log.warning("an import found no room", import_id=str(upload.id), error=str(error))
            why = f"the service could not store it: {(error.strerror or str(error)).lower()}; upload it again later"
            await self._imports.finish(upload, Done(error=why), self._clock.now())

    async def _taken_in(self, upload: Import) -> None:
        folder = self._datasets.folder(upload.tenant_id, upload.dataset)
        scratch = self._scratch / f"{upload.id}-{upload.attempts}"
        if upload.suppresses is not None:
            folder = scratch
        for needed in (folder, scratch):
            needed.mkdir(parents=True, exist_ok=True)
        target = folder / f"{upload.id}-{upload.attempts}.part"
        try:
            done = await self._read(upload, target, scratch)
            if done.error is None:
                done = await self._without_erased(upload, target, done)
                done = await self._counting(upload, target, done)
            await self._imports.finish(upload, done, self._clock.now())
        finally:
            target.unlink(missing_ok=True)
            await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)

    async def _without_erased(self, upload: Import, target: Path, done: Done) -> Done:
        """Who was erased does not come back with a file; who is erased meanwhile is found at the second look."""
        gone = await self._erased.take_out(upload.tenant_id, target)
        return msgspec.structs.replace(done, imported=done.imported - gone, rejected=done.rejected + gone)

    async def _counting(self, upload: Import, target: Path, done: Done) -> Done:
        """From here on it counts: as a dataset, or as suppressions."""
        if upload.suppresses is not None:
            return await self._suppressing.suppress(upload, upload.suppresses, target, done)
        await asyncio.to_thread(self._switch, upload, target, done)
        return done

    def _switch(self, upload: Import, target: Path, done: Done) -> None:
        finished = target.with_suffix(".parquet")
        with target.open("rb") as written:
            os.fsync(written.fileno())
        target.rename(finished)
        columns = {name: Kind(kind) for name, kind in done.columns.items()}
        if upload.dataset == PEOPLE:
            for attribute in SHAREABLE.intersection(columns):
                sharers(finished, attribute, EngineLimits(scratch=self._scratch))
        version = Dataset(file=finished.name, rows=done.imported, columns=columns)
        with self._datasets.locked(upload.tenant_id, upload.dataset):
            self._datasets.switch(upload.tenant_id, upload.dataset, version)

    async def _read(self, upload: Import, target: Path, scratch: Path) -> Done:
        task = Task(
            source=str(self._imports.file(upload)),
            file_format=upload.format,
            target=str(target),
            scratch=str(scratch),
            limits=self._limits,
            key=KEY if upload.suppresses else (USER_ID,),
            closed=closed_columns(upload.suppresses) if upload.suppresses else {},
        )
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(
            sys.executable, *_CHILD, stdin=pipe, stdout=pipe, stderr=pipe, limit=_LONGEST_LINE
        )
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                done = await self._heard(child, task.written(), upload)
        except TimeoutError:
            done = Done(error=f"reading the file took more than {self._limits.wall_seconds} seconds")
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return done

    async def _heard(self, child: asyncio.subprocess.Process, task: bytes, upload: Import) -> Done:
        done: Done | None = None
        assert child.stdin and child.stdout and child.stderr  # noqa: S101, PT018  pipes, as ordered above
        child.stdin.write(task + b"\n")
        child.stdin.close()
        complaint = asyncio.create_task(child.stderr.read())
        beating = asyncio.create_task(self._beat(upload))
        try:
            async for line in child.stdout:
                said = msgspec.json.decode(line, type=_Line)
                done = said.done or done
                if said.progress:
                    await self._imports.report(upload, said.progress.rows)
            code = await child.wait()
        finally:
            beating.cancel()
        if done is None:
            detail = (await complaint)[-2_000:].decode(errors="replace")
            log.warning("an import broke off", import_id=str(upload.id), code=code, detail=detail)
            return Done(error="reading the file exceeded what an import may use, and was broken off")
        return done

    async def _beat(self, upload: Import) -> None:
        while True:
            await asyncio.sleep(10)
            await self._imports.report(upload, 0)
