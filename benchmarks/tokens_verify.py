"""`GET /verify` ÷ a bare Starlette JSON answer: long token (goal ≥ 0.5), short code (≥ 0.3).

Run it as `./karangou bench tokens_verify`. A thousand tokens in turn, asked by nobody in
particular, so with the limits on addresses; revocations act at once, as always.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks._serving import in_turns, ratio, served
from benchmarks._tokens_serving import environment, minted
from suite.engines.valkey import Valkey

COUNT = 1000
SCRIPT = """
local paths = {{ {paths} }}
local asked, at = {{}}, 0
function init()
  for i, path in ipairs(paths) do asked[i] = wrk.format("GET", path) end
end
function request()
  at = at % #asked + 1
  return asked[at]
end
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        valkey = Valkey(folder)
        valkey.start()
        try:
            measure(folder, valkey.url(0))
        finally:
            valkey.stop()


def measure(folder: Path, valkey_url: str) -> None:
    tokens = minted(folder, COUNT)
    env = environment(folder, valkey_url)
    app = "benchmarks._tokens_serving:app"
    with (
        served("benchmarks._bare:starlette_app") as bare,
        served(app, env) as long,
        served(app, env) as short,
    ):
        long.script = script(folder / "long.lua", (one.token for one in tokens))
        short.script = script(folder / "short.lua", (one.code for one in tokens))
        in_turns((bare, "/hello"), (long, "/verify"), (short, "/verify"))
    print(bare.line("bare Starlette"))
    print(long.line("verify, long token"), ratio(long, bare, 0.5), sep="\n")
    print(short.line("verify, short code"), ratio(short, bare, 0.3), sep="\n")


def script(file: Path, given: Iterable[str]) -> str:
    paths = ", ".join(f'"/verify?token={one}"' for one in given)
    file.write_text(SCRIPT.format(paths=paths))
    return str(file)


if __name__ == "__main__":
    main()
