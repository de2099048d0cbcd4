"""The web application: the page, its assets, and what it asks for."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from folkkeras.errors import FolkError, UsageError
from folkkeras.music.render.file_names import slug
from folkkeras.sampling.generator import Generator
from folkkeras.serving.limits import BODY_SECONDS, LARGEST_BODY, LARGEST_BOOK, RETRY_SECONDS
from folkkeras.serving.memory import share_pool
from folkkeras.serving.protection import Protection
from folkkeras.serving.questions import (
    RewriteQuestion,
    VaryQuestion,
    instrument_of,
    tune_of,
    tune_request_of,
    tunes_of,
    values_of,
)  # fmt: skip
from folkkeras.serving.workshop import BusyError, Event, Workshop

_PLAYER = ("style.css", "sound.js", "score.js", "player.js")  # of the pages of `folk render`
_TYPES = {"css": "text/css", "js": "text/javascript", "html": "text/html"}
_FILES = {
    "abc": "text/vnd.abc",
    "mid": "audio/midi",
    "musicxml": "application/vnd.recordare.musicxml+xml",
    "svg": "image/svg+xml",
    "ogg": "audio/ogg",
}


class _TooLargeError(FolkError):
    """A request has more bytes than are taken."""


def create_app(model: Generator, hosts: Collection[str]) -> Starlette:
    """The application for a model.

    Args:
        model: the model.
        hosts: the names by which the server may be addressed, without ports.
    """
    share_pool()
    workshop = Workshop(model)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        workshop.prepare()
        yield
        workshop.close()

    handlers = _Handlers(workshop)
    routes = [
        Route("/", handlers.page),
        Route("/assets/{name}", handlers.asset),
        Route("/health", handlers.health),
        Route("/model", handlers.model),
        *(
            Route(f"/{name}", getattr(handlers, name), methods=["POST"])
            for name in ("compose", "rewrite", "vary", "read", "render", "book")
        ),
    ]
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[Middleware(Protection, hosts=frozenset(hosts))],
        exception_handlers={
            FolkError: _refused,
            Exception: _failed,
            ClientDisconnect: _gone,
            404: _missing,
            405: _missing,
        },
    )


class _Handlers:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        own = files(__package__) / "page"
        player = files("folkkeras.music.render.page")
        self._assets = {each.name: each.read_text(encoding="utf-8") for each in own.iterdir() if each.is_file()}
        self._assets |= {name: (player / name).read_text(encoding="utf-8") for name in _PLAYER}

    async def page(self, request: Request) -> Response:
        return self._asset("compose.html")

    async def asset(self, request: Request) -> Response:
        return self._asset(request.path_params["name"])

    def _asset(self, name: str) -> Response:
        if name not in self._assets:
            return JSONResponse({"error": "there is no such file"}, 404)
        return Response(self._assets[name], media_type=_TYPES[name.rpartition(".")[2]])

    async def health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def model(self, request: Request) -> Response:
        return JSONResponse(await self._workshop.work(lambda: self._workshop.offers))

    async def compose(self, request: Request) -> Response:
        return await _streamed(self._workshop.compose(tune_request_of(await _values(request))))

    async def rewrite(self, request: Request) -> Response:
        return await _streamed(self._workshop.rewrite(RewriteQuestion.of(await _values(request))))

    async def vary(self, request: Request) -> Response:
        return await _streamed(self._workshop.vary(VaryQuestion.of(await _values(request))))

    async def read(self, request: Request) -> Response:
        return JSONResponse({"tune": await self._workshop.read(tune_of(await _values(request)).text)})

    async def render(self, request: Request) -> Response:
        values = await _values(request)
        tune, format = tune_of(values), values.get("format")
        if not isinstance(format, str) or format not in _FILES:
            raise UsageError(f"the format is not one of {', '.join(_FILES)}")
        data = (
            tune.text.encode()
            if format == "abc"
            else await asyncio.wrap_future(self._workshop.engravers.file(tune, format, instrument_of(values)))
        )
        return _download(data, f"{slug(tune.title) or 'tune'}.{format}", _FILES[format])

    async def book(self, request: Request) -> Response:
        tunes = await self._workshop.work(tunes_of, await _values(request, LARGEST_BOOK))
        return _download((await self._workshop.book(tunes)).encode(), "tunes.html", "text/html")


def _download(data: bytes, name: str, type: str) -> Response:
    return Response(data, media_type=type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


async def _values(request: Request, most: int = LARGEST_BODY) -> dict[str, Any]:
    """The JSON object that a request sends."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise UsageError("the request is not JSON")

    async def body() -> bytes:
        received = bytearray()
        async for chunk in request.stream():
            received += chunk
            if len(received) > most:
                raise _TooLargeError(f"the request has more than {most:,} bytes")
        return bytes(received)

    try:
        return values_of(await asyncio.wait_for(body(), BODY_SECONDS))
    except TimeoutError as error:
        raise UsageError(f"the request did not arrive within {BODY_SECONDS:.0f} seconds") from error


async def _streamed(events: AsyncIterator[Event]) -> Response:
    """A stream of lines; what goes wrong before the first one is an answer of its own."""
    first = await anext(events)

    async def lines() -> AsyncIterator[str]:
        try:
            yield _line(first)
            async for event in events:
                yield _line(event)
        except FolkError as error:
            yield _line({"error": str(error)})
        finally:
            await events.aclose()  # type: ignore[attr-defined]  # of an asynchronous generator

    return StreamingResponse(lines(), media_type="application/x-ndjson")


def _line(event: Event) -> str:
    return json.dumps(event, ensure_ascii=False) + "\n"


async def _refused(request: Request, error: Exception) -> Response:
    """An error that is the request's, in one sentence."""
    status = 503 if isinstance(error, BusyError) else 413 if isinstance(error, _TooLargeError) else 400
    answer: dict[str, Any] = {"error": str(error)}
    if status == 503:
        return JSONResponse({**answer, "retry": RETRY_SECONDS}, status, {"Retry-After": str(RETRY_SECONDS)})
    return JSONResponse(answer, status)


async def _missing(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": "there is no such page"}, 404)


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)


async def _failed(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": "the server failed at this request"}, 500)
