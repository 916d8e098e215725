import gzip
from pathlib import Path

import brotli
import pytest

from kit.assets import Assets, slim, stylesheet


def a_folder(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_css", ".css").replace("_js", ".js")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_sheets_are_joined_in_the_order_of_their_layers(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path, css__pages__home_css="c{}", css__tokens_css="a{}", css__components__card_css="b{}"
    )
    sheet = Assets(folder).files["app.css"].decode()
    assert sheet.startswith("@layer tokens,reset,base,layout,components,pages,utilities;")
    assert sheet.index("@layer tokens{a{}}") < sheet.index("@layer components{b{}}")
    assert sheet.index("b{}") < sheet.index("@layer pages{c{}}")


def test_a_visitor_pays_only_for_the_components_that_are_used() -> None:
    files = {"css/components/card.css": b"card{}", "css/components/table.css": b"table{}"}
    assert b"table{}" not in stylesheet(files, frozenset({"card"}))
    assert b"table{}" in stylesheet(files)


def test_a_later_folder_wins(tmp_path: Path) -> None:
    kit = a_folder(tmp_path / "kit", js__app_js="kit")
    own = a_folder(tmp_path / "own", js__app_js="own")
    assert Assets(kit, own).files["js/app.js"] == b"own"


def test_every_address_changes_when_any_file_does(tmp_path: Path) -> None:
    before = Assets(a_folder(tmp_path / "a", js__app_js="1", js__b_js="1")).url("js/b.js")
    after = Assets(a_folder(tmp_path / "b", js__app_js="2", js__b_js="1")).url("js/b.js")
    assert before != after


def test_a_wrong_name_is_found_out_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Assets(tmp_path).url("nothing.js")


def test_a_missing_browser_package_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="doctor"):
        Assets(tmp_path, vendor={"vendor/x.js": tmp_path / "x.js"})


def test_files_are_packed_once_and_well(tmp_path: Path) -> None:
    text = "let answer = 42;\n" * 500
    asset = Assets(a_folder(tmp_path, js__app_js=text)).ready["js/app.js"]
    body, encoding = asset.encoded("gzip, deflate, br")
    assert encoding == "br"
    assert brotli.decompress(body) == text.encode()
    body, encoding = asset.encoded("gzip")
    assert gzip.decompress(body) == text.encode()
    assert asset.encoded("identity") == (text.encode(), "")


def test_a_sheet_is_slimmed_without_changing_it() -> None:
    css = "/* why */\n.a > .b :hover {\n  margin: 0 auto;\n  color: red;\n}\n"
    assert slim(css) == ".a > .b :hover{margin:0 auto;color:red}"


def test_a_part_has_a_sheet_of_its_own_with_what_only_it_uses(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path,
        css__pages__home_css="home{}",
        css__account__page_css="account{}",
        css__components__card_css="card{}",
        css__components__table_css="table{}",
    )
    components = {"app.css": frozenset({"card"}), "account.css": frozenset({"table"})}
    files = Assets(folder, components=components).files
    assert b"account{}" not in files["app.css"]
    assert b"table{}" not in files["app.css"]
    assert files["account.css"] == b"@layer components{table{}}\n@layer pages{account{}}"
