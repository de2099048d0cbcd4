"""The page of `folk compose` in a browser: how tests open it, put a tune on it, and use it."""

from pathlib import Path

from support.browser import Browser
from support.server import Server

TUNE = """X:1
T:<b>The</b> Tropsilder
M:C|
L:1/8
K:D
dcdA Bdfd|afdf efge|dcdA Bdfd|gece d2(Bc)|
dcdA Bdfd|afdf efge|dc'ba gfef|gece d4|]
"""
UNTIL = """
    const until = async (holds) => {
      for (let tries = 0; tries < 1200; tries++) {
        if (await holds()) return;
        await new Promise((done) => setTimeout(done, 100));
      }
      throw new Error(`never: ${holds}; ${at("status").textContent} ${at("error").textContent}`);
    };
    const said = (text) => until(() => at("status").textContent.includes(text));
    const contents = () => work.tune.bars.map((bar, place) => contentOf(work.tune, place));
"""


def opened(server: Server, folder: Path, address: str = "") -> Browser:
    browser = Browser(server.address + address, folder / "profile")
    run(browser, 'await until(() => at("type").options.length > 5 && localStorage.getItem(STORE));')
    return browser


def run(browser: Browser, script: str) -> object:
    return browser.run(UNTIL + script)


def paste(browser: Browser, text: str = TUNE) -> None:
    """Put a tune on the page, as an address that contains it does."""
    run(browser, f"const {{ tune }} = await ask('/read', {{ text: {text!r} }}); take(tune);")


def click(browser: Browser, selector: str, *, shift: bool = False) -> None:
    """Click an element with the mouse."""
    browser.click(*middle(browser, selector), shift=shift)


def tap(browser: Browser, selector: str) -> None:
    """Touch an element with a finger."""
    browser.tap(*middle(browser, selector))


def middle(browser: Browser, selector: str) -> tuple[float, float]:
    """Scroll an element into the window and return where its middle is."""
    place = browser.run(f"""
        const element = document.querySelector({selector!r});
        element.scrollIntoView({{ block: "center", behavior: "instant" }});
        const box = element.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    """)
    return place[0], place[1]
