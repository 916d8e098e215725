"""A hello through the whole middleware stack ÷ a bare FastAPI hello (goal ≥ 0.8).

Run it as `./karangou bench hello`. Neither writes an access log.
"""

from benchmarks._serving import in_turns, ratio, served


def main() -> None:
    with served("benchmarks._bare:fastapi_app") as bare, served("benchmarks._bare:kit_app") as ours:
        in_turns((bare, "/hello"), (ours, "/hello"))
    print(bare.line("bare FastAPI"))
    print(ours.line("kit"))
    print(ratio(ours, bare, 0.8))


if __name__ == "__main__":
    main()
