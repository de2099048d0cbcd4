"""A real Chromium, controlled through its DevTools protocol over a pipe."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

NAME = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """A context with one page open.

    Args:
        page: the file to open, or an address.
        profile: an empty folder for the browser's own files.
    """

    def __init__(self, page: Path | str, profile: Path) -> None:
        to_browser, self._to_browser = os.pipe()
        self._from_browser, from_browser = os.pipe()

        def place_pipes() -> None:  # the browser reads from 3 and writes to 4
            # Copy to 5 or above: dup2 from 3 to 3 or from 4 to 4 would leave the pipe closed to the browser.
            read, write = (fcntl.fcntl(end, fcntl.F_DUPFD, 5) for end in (to_browser, from_browser))
            os.dup2(read, 3)
            os.dup2(write, 4)

        self._process = subprocess.Popen(
            [str(NAME), "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--window-size=1000,900", "--autoplay-policy=no-user-gesture-required",
             f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=place_pipes, close_fds=False,
        )  # fmt: skip
        os.close(to_browser)
        os.close(from_browser)
        self._number, self._held, self.requests = 0, b"", []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Network", "Page", "Runtime"):
            self._ask(f"{domain}.enable", within=True)
        self.go(page.as_uri() if isinstance(page, Path) else page)
        self.run("await new Promise((done) => document.readyState === 'complete' ? done() : onload = done)")

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._to_browser)
        os.close(self._from_browser)

    def run(self, script: str) -> Any:
        """Run an asynchronous function with this body in the page, and return its result."""
        answer = self._ask(
            "Runtime.evaluate", within=True, awaitPromise=True, returnByValue=True, userGesture=True,
            expression=f"(async () => {{ {script} }})()",
        )  # fmt: skip
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def go(self, address: str) -> None:
        """Open another page."""
        self._ask("Page.navigate", within=True, url=address)

    def picture(self) -> bytes:
        """A screenshot, as PNG."""
        return base64.b64decode(self._ask("Page.captureScreenshot", within=True, format="png")["data"])

    def resize(self, width: int, height: int = 800) -> None:
        """Resize the page, in CSS pixels."""
        self._ask("Emulation.setDeviceMetricsOverride", within=True, width=width, height=height, deviceScaleFactor=1,
                  mobile=False)  # fmt: skip

    def prefer(self, media: str = "", **features: str) -> None:
        """Emulate a medium, such as "print", or preferences, such as `color_scheme="dark"`."""
        wishes = [{"name": "prefers-" + name.replace("_", "-"), "value": value} for name, value in features.items()]
        self._ask("Emulation.setEmulatedMedia", within=True, media=media, features=wishes)

    def press(self, key: str, code: int) -> None:
        """Press a key, named and numbered as in DOM events."""
        text = {"Enter": "\r", " ": " "}.get(key)
        down = {"text": text} if text else {}
        for kind, more in (("keyDown", down), ("keyUp", {})):
            self._ask("Input.dispatchKeyEvent", within=True, type=kind, key=key, code=key if key != " " else "Space",
                      windowsVirtualKeyCode=code, **more)  # fmt: skip

    def click(self, x: float, y: float, *, shift: bool = False) -> None:
        """Click at a place of the window, in CSS pixels."""
        for kind in ("mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", within=True, type=kind, button="left", clickCount=1, x=x, y=y,
                      modifiers=8 if shift else 0)  # fmt: skip

    def touchable(self) -> None:
        """Give the page a touch screen."""
        self._ask("Emulation.setTouchEmulationEnabled", within=True, enabled=True, maxTouchPoints=1)

    def tap(self, x: float, y: float) -> None:
        """Touch a place of the window with a finger, in CSS pixels."""
        for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
            self._ask("Input.dispatchTouchEvent", within=True, type=kind, touchPoints=points)

    def paper(self) -> bytes:
        """The page printed on A4, as PDF."""
        size = {"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": False}
        return base64.b64decode(self._ask("Page.printToPDF", within=True, printBackground=True, **size)["data"])

    def _ask(self, method: str, *, within: bool = False, **values: Any) -> dict[str, Any]:
        self._number += 1
        order = {"id": self._number, "method": method, "params": values}
        if within:
            order["sessionId"] = self._session
        os.write(self._to_browser, json.dumps(order).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("method") == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._held:
            data = os.read(self._from_browser, 1 << 16)
            assert data, "the browser has ended"
            self._held += data
        message, self._held = self._held.split(b"\0", 1)
        return json.loads(message)
