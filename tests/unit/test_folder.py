"""Files and folders as a source: what cannot be read is one clear problem, and nothing outside is followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ksync_tui.source.base import SourceContents
from ksync_tui.source.decoding import MAX_BYTES
from ksync_tui.source.folder import Folder, short
from ksync_tui.source.inline import Inline
from ksync_tui.source.reader import Reader

GOOD = '[[server]]\nname = "one"\n'


def write(path: Path, text: str = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def gather(base: Path, *paths: Path) -> SourceContents:
    return Folder(paths or (base,), base).read()


def names(gathered: SourceContents) -> list[str]:
    return [file.name for file in gathered.files]


def said(gathered: SourceContents) -> list[str]:
    return [str(problem) for problem in gathered.problems]


def test_a_folder_is_read_through_all_subfolders_in_the_order_of_names(tmp_path: Path) -> None:
    for name in (
        "b.toml",
        "a/2.toml",
        "a/1.toml",
        "c.txt",
        "d.TOML",
        ".hidden/e.toml",
        ".toml",
        "f.toml.bak",
        ".git/g.toml",
    ):
        write(tmp_path / name)
    gathered = gather(tmp_path)
    assert names(gathered) == [".hidden/e.toml", "a/1.toml", "a/2.toml", "b.toml"]
    assert gathered.files[1].path == str(tmp_path / "a/1.toml")
    assert gathered.files[1].text == GOOD
    assert said(gathered) == []
    assert gathered.complete


def test_a_file_is_found_again_by_the_name_that_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    base = tmp_path / "base"
    paths = (base, tmp_path / "home/komodo", tmp_path / "other/c.toml")
    written = [write(base / "a.toml"), write(base / "~/b.toml"), write(paths[1] / "b.toml"), write(paths[2])]
    folder = Folder(paths, base)
    shown = names(folder.read())
    assert {"~/b.toml", "~/komodo/b.toml"} <= set(shown)
    assert sorted(map(folder.path_of, shown)) == sorted(written)


def test_line_ends_and_other_bytes_stay_as_they_are(tmp_path: Path) -> None:
    text = '\ufeff[[server]]\r\nname = "é"\r\n'
    (tmp_path / "a.toml").write_bytes(text.encode())
    assert gather(tmp_path).files[0].text == text


def test_listed_files_come_in_their_order_and_once(tmp_path: Path) -> None:
    one, two = write(tmp_path / "b.toml"), write(tmp_path / "a.toml")
    assert names(gather(tmp_path, one, two, tmp_path)) == ["b.toml", "a.toml"]


def test_a_path_elsewhere_is_shown_in_full(tmp_path: Path) -> None:
    other = write(tmp_path / "other" / "a.toml")
    assert names(Folder((other,), tmp_path / "base").read()) == [str(other)]


def missing(tmp_path: Path) -> Path:
    return tmp_path / "nowhere"


def not_toml(tmp_path: Path) -> Path:
    return write(tmp_path / "notes.txt", "hello")


def binary(tmp_path: Path) -> Path:
    return write(tmp_path / "x.toml", '[[server]]\nname = "\0"\n')


def lfs_pointer(tmp_path: Path) -> Path:
    return write(tmp_path / "x.toml", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")


def not_utf8(tmp_path: Path) -> Path:
    path = write(tmp_path / "x.toml")
    path.write_bytes(b'[[server]]\nname = "\xe9"\n')
    return path


def too_large(tmp_path: Path) -> Path:
    path = write(tmp_path / "x.toml")
    os.truncate(path, MAX_BYTES + 1)
    return path


def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "x.toml")
    return tmp_path / "x.toml"


def whole_disk(tmp_path: Path) -> Path:
    return Path("/")


def whole_disk_by_dots(tmp_path: Path) -> Path:
    return Path(str(tmp_path) + "/.." * 40)


def link_in_a_circle(tmp_path: Path) -> Path:
    (tmp_path / "x.toml").symlink_to("x.toml")
    return tmp_path / "x.toml"


REFUSED = {
    missing: "nowhere:1:1: error: cannot be read: no such file or directory (check the path)",
    not_toml: "notes.txt:1:1: error: not a .toml file (resource files end in .toml)",
    binary: "x.toml:2:1: error: a binary file, not text (move it away)",
    lfs_pointer: "x.toml:1:1: error: a pointer of git LFS, not the file (take it out of LFS, then commit the file)",
    not_utf8: "x.toml:2:1: error: not text in UTF-8 (save it as UTF-8, or move it away)",
    too_large: "x.toml:1:1: error: 17 MB is too large for a resource file (at most 16 MB) "
    "(split it, or move it out of the source)",
    pipe: "x.toml:1:1: error: neither a file nor a folder (list a .toml file or a folder)",
    whole_disk: "/:1:1: error: this is the whole file system (name the folder that holds the resource files)",
    whole_disk_by_dots: "/:1:1: error: this is the whole file system (name the folder that holds the resource files)",
    link_in_a_circle: "x.toml:1:1: error: cannot be read: too many levels of symbolic links "
    "(check where the link leads)",
}


@pytest.mark.parametrize("make", REFUSED)
def test_what_cannot_be_read_is_one_clear_problem_and_deletes_nothing(make: object, tmp_path: Path) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    gathered = gather(tmp_path, path)
    assert said(gathered) == [REFUSED[make]]  # type: ignore[index]
    assert not gathered.complete
    read = Reader().read(gathered.files, gathered.problems, complete=gathered.complete)
    assert not read.complete
    assert read.problems == gathered.problems


@pytest.mark.parametrize("make", [binary, lfs_pointer, not_utf8, too_large, pipe])
def test_it_costs_only_itself_inside_a_folder(make: object, tmp_path: Path) -> None:
    write(tmp_path / "a.toml")
    make(tmp_path)  # type: ignore[operator]
    gathered = gather(tmp_path)
    assert names(gathered) == ["a.toml"]
    assert len(gathered.problems) == 1
    assert not gathered.complete


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_one_may_not_read(tmp_path: Path) -> None:
    write(tmp_path / "a.toml").chmod(0)
    write(tmp_path / "locked/b.toml").parent.chmod(0)
    try:
        gathered = gather(tmp_path)
    finally:
        (tmp_path / "locked").chmod(0o700)
    assert said(gathered) == [
        "a.toml:1:1: error: cannot be read: permission denied (make it readable)",
        "locked:1:1: error: cannot be read: permission denied (make it readable)",
    ]


def test_a_refused_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.toml")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    gathered = gather(tmp_path)
    assert [problem.message for problem in gathered.problems] == ["cannot be read: permission denied"]
    assert not gathered.complete


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    gathered = gather(tmp_path)
    assert said(gathered) == [f"{tmp_path}:1:1: warning: no .toml file here (resource files end in .toml)"]
    assert not Reader().read(gathered.files, gathered.problems, complete=gathered.complete).complete


def test_no_path_at_all(tmp_path: Path) -> None:
    gathered = Folder((), tmp_path).read()
    assert said(gathered) == ["(no path):1:1: error: the sync lists no path (add a path to it)"]


def test_links_inside_are_followed_once(tmp_path: Path) -> None:
    write(tmp_path / "real/a.toml")
    (tmp_path / "again").symlink_to("real")
    (tmp_path / "b.toml").symlink_to("real/a.toml")
    assert names(gather(tmp_path)) == ["real/a.toml"]


def test_a_circle_of_folders_ends(tmp_path: Path) -> None:
    write(tmp_path / "a/b/c.toml")
    (tmp_path / "a/b/up").symlink_to(tmp_path / "a")
    assert names(gather(tmp_path)) == ["a/b/c.toml"]


def test_links_that_leave_or_lead_nowhere_are_told_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "outside/a.toml")
    write(tmp_path / "outside/notes.txt")
    inside = tmp_path / "inside"
    write(inside / "z.toml")
    (inside / "a.toml").symlink_to(tmp_path / "outside/a.toml")
    (inside / "dir").symlink_to(tmp_path / "outside")
    (inside / "lost.toml").symlink_to("nowhere")
    (inside / "lost").symlink_to("nowhere")
    (inside / "notes").symlink_to(tmp_path / "outside/notes.txt")
    (inside / "self.toml").symlink_to("self.toml")
    gathered = gather(inside)
    assert names(gathered) == ["z.toml"]
    told = [(problem.place.file, problem.severity, problem.message) for problem in gathered.problems]
    assert told == [
        ("a.toml", "warning", f"a link that leads out of {inside} is not followed"),
        ("dir", "warning", f"a link that leads out of {inside} is not followed"),
        ("lost.toml", "warning", "a broken link is not followed"),
        ("self.toml", "warning", "a link loop is not followed"),
    ]
    assert not gathered.complete


def test_what_is_not_followed_deletes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "outside/a.toml")
    write(tmp_path / "inside/z.toml")
    (tmp_path / "inside/a.toml").symlink_to(tmp_path / "outside/a.toml")
    assert not gather(tmp_path / "inside").complete


def test_a_listed_link_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "outside/a.toml")
    (tmp_path / "link").symlink_to("outside")
    (file,) = gather(tmp_path, tmp_path / "link").files
    assert (file.name, file.path) == ("link/a.toml", str(tmp_path / "outside/a.toml"))


def test_names_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = write(tmp_path / "x/a.toml")
    assert short(file) == "~/x/a.toml"
    assert short(tmp_path.parent) == str(tmp_path.parent)
    assert Folder((file,), tmp_path).describe() == "file  ~/x/a.toml"
    assert Folder((file.parent, file), tmp_path).describe() == "dir  ~/x, ~/x/a.toml"
    assert Folder((), tmp_path).describe() == "dir  no path"


def test_inline_text() -> None:
    inline = Inline("infra", GOOD)
    (file,) = inline.read().files
    assert (file.name, file.path, file.text) == ("infra (inline)", None, GOOD)
    assert inline.describe() == "inline"


def mark(base: Path) -> str:
    return Folder((base,), base).version()


@pytest.mark.parametrize("change", ["edit", "add", "remove", "rename", "replace", "forbid"])
def test_the_mark_moves_when_a_file_does(tmp_path: Path, change: str) -> None:
    file = write(tmp_path / "infra" / "deep" / "a.toml")
    before = mark(tmp_path / "infra")
    assert mark(tmp_path / "infra") == before
    match change:
        case "edit":
            write(file, GOOD + "# more")
        case "add":
            write(file.with_name("b.toml"))
        case "remove":
            file.unlink()
        case "rename":
            file.rename(file.with_name("b.toml"))
        case "replace":  # of the same size, its time kept, as rsync and cp -p do
            other = write(tmp_path / "other.toml", GOOD.replace("one", "two"))
            os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
            other.replace(file)
        case "forbid":
            file.chmod(0)
    assert mark(tmp_path / "infra") != before


def test_the_mark_stays_when_no_resource_file_moves(tmp_path: Path) -> None:
    write(tmp_path / "a.toml")
    before = mark(tmp_path)
    write(tmp_path / "notes.md")
    write(tmp_path / ".git" / "a.toml")
    assert mark(tmp_path) == before


def test_the_mark_of_what_is_not_there_moves_when_it_comes(tmp_path: Path) -> None:
    before = mark(tmp_path / "infra")
    write(tmp_path / "infra" / "a.toml")
    assert mark(tmp_path / "infra") != before


def test_the_mark_of_a_text_is_its_own() -> None:
    assert Inline("a", GOOD).version() == Inline("b", GOOD).version() != Inline("a", "").version()


def test_a_tree_of_a_thousand_folders_is_read_to_its_end(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 1_000)
    for folder in reversed([deep, *deep.parents][:1_000]):
        folder.mkdir()
    (deep / "deep.toml").write_text("")
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "flat.toml").write_text("")
    try:
        found = Folder((tmp_path,), tmp_path).read()
    finally:
        (deep / "deep.toml").unlink()
        for folder in [deep, *deep.parents][:1_000]:  # whoever cleans up behind the tests is not as patient
            folder.rmdir()
    assert [Path(file.name).name for file in found.files] == ["deep.toml", "flat.toml"]
