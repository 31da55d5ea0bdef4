"""ETags: a client that has an answer already is told so, and not sent it again (RFC 9110, 8.8.3 and 13.1.2)."""

from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KINDS = ("application/json",)


class Tagged:
    """Gives every JSON answer to a GET an ETag of its bytes, and answers 304 where the client names it. What streams passes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        known = {tag.strip().removeprefix("W/") for tag in Headers(scope=scope).get("if-none-match", "").split(",")}
        held: Message | None = None
        body: list[bytes] = []

        async def tagged(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if message["status"] == 200 and kind.startswith(KINDS) and "etag" not in Headers(raw=message["headers"]):
                    held = message
                    return
            elif held is not None:
                body.append(message.get("body", b""))
                if message.get("more_body"):
                    return
                tag = f'"{blake2b(b"".join(body), digest_size=16).hexdigest()}"'
                headers = MutableHeaders(scope=held)
                headers["ETag"] = tag
                if tag in known or "*" in known:
                    held["status"] = 304
                    del headers["content-length"]
                    del headers["content-type"]
                    body.clear()
                await send(held)
                message = {"type": "http.response.body", "body": b"".join(body), "more_body": False}
            await send(message)

        await self._app(scope, receive, tagged)
