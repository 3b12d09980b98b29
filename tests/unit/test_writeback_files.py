"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ksync_tui.errors import WriteBackError
from ksync_tui.model.resource import Target
from ksync_tui.toml.file_edits import BlockEdit
from ksync_tui.writeback.files import FileEdit, edit_file, preview, write

OLD = '[[server]]\nname = "a"'
NEW = '[[server]]\nname = "a"\ndescription = "é"'
EDIT = BlockEdit(Target("server", "a"), OLD, NEW, 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.toml"
    path.write_bytes(f"# top\n{OLD}\n".encode())
    return path


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_file_is_shown_before_it_is_written(file: Path) -> None:
    edit = edit_file(file, "a.toml", [EDIT])
    head = ["--- a/a.toml", "+++ b/a.toml", "@@ -1,3 +1,4 @@"]
    assert preview(edit) == [*head, " # top", " [[server]]", ' name = "a"', '+description = "é"']
    assert file.read_text() == f"# top\n{OLD}\n"


def test_a_preview_masks_secrets_on_both_sides(tmp_path: Path) -> None:
    edit = FileEdit(tmp_path, "a", b'p = "hunter2"\nk = """\nline one\n"""\n', b'p = "hun\\"ter3"\n')
    lines = preview(edit, ["hunter2", 'hun"ter3', "line one\nline two"])
    assert lines[3:] == ['-p = "******"', '-k = """', "-******", '-"""', '+p = "******"']


def test_mode_stays_and_no_temporary_file_is_left(file: Path) -> None:
    file.chmod(0o640)
    write(edit_file(file, "a.toml", [EDIT]))
    assert file.read_text() == f"# top\n{NEW}\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(file.parent.iterdir()) == [file]


def test_a_new_file_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "servers.toml"
    write(edit_file(path, "servers.toml", [BlockEdit(Target("server", "a"), None, NEW)]), tmp_path)
    assert path.read_text() == f"{NEW}\n"


def test_a_link_stays_a_link(file: Path) -> None:
    link = file.parent / "link.toml"
    link.symlink_to(file)
    write(edit_file(link, "link.toml", [EDIT]), file.parent)
    assert link.is_symlink()
    assert NEW in file.read_text()


def test_a_link_out_of_the_root_is_refused(file: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.toml").symlink_to(file)
    before = everything(tmp_path)
    with pytest.raises(WriteBackError, match="leads out of"):
        write(edit_file(root / "link.toml", "link.toml", [EDIT]), root)
    assert everything(tmp_path) == before


def test_a_file_that_changed_meanwhile_is_left(file: Path) -> None:
    edit = edit_file(file, "a.toml", [EDIT])
    file.write_text("other")
    with pytest.raises(WriteBackError, match=r"a\.toml: the file was left as it was: it changed since it was read"):
        write(edit)
    assert everything(file.parent) == {str(file): b"other"}


def test_a_file_that_appeared_meanwhile_is_left(tmp_path: Path) -> None:
    edit = edit_file(tmp_path / "n.toml", "n.toml", [BlockEdit(Target("server", "a"), None, NEW)])
    (tmp_path / "n.toml").write_text("mine")
    with pytest.raises(WriteBackError):
        write(edit)
    assert (tmp_path / "n.toml").read_text() == "mine"


def test_a_read_only_file_is_left(file: Path) -> None:
    edit = edit_file(file, "a.toml", [EDIT])
    file.chmod(0o444)
    before = everything(file.parent)
    with pytest.raises(WriteBackError, match="read-only"):
        write(edit)
    assert everything(file.parent) == before


@pytest.mark.parametrize("call", ["write", "fsync", "fchmod"])
def test_a_full_disk_leaves_everything_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    edit = edit_file(file, "a.toml", [EDIT])
    before = everything(file.parent)
    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        with pytest.raises(WriteBackError, match="No space left on device"):
            write(edit)
    assert everything(file.parent) == before


def test_what_is_no_text_is_left(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(WriteBackError, match="not UTF-8"):
        edit_file(tmp_path / "b.toml", "b.toml", [EDIT])
    with pytest.raises(WriteBackError, match="cannot be read"):
        edit_file(tmp_path, "folder", [EDIT])
