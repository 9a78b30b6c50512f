"""Canned replies as CSV: what a file means, what each fault says, and that nothing is half done."""

import csv
import io
import stat
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from chatops.__main__ import cli
from chatops.config import Source
from chatops.config.texts import MOST, Row, by_queue, put, read, written
from chatops.errors import ConfigError
from chatops.policy import CannedReply

HEAD = "queue,language,name,text\n"
QUEUES = ("japan", "global")


def wrong(queue: str) -> str | None:
    return None if queue in {*QUEUES, "*"} else f'there is no queue "{queue}"'


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("canned.csv")


def texts(file: Path, held: str | bytes, encoding: str = "utf-8") -> list[Row]:
    file.write_bytes(held.encode() if isinstance(held, str) else held)
    return read(Source(file, encoding), wrong, {("japan", "en", "taken")})


def faults(file: Path, held: str | bytes, encoding: str = "utf-8") -> list[str]:
    with pytest.raises(ConfigError) as refused:
        texts(file, held, encoding)
    return str(refused.value).splitlines()


def row(queue: str, name: str, text: str, language: str = "en") -> Row:
    return Row(queue, CannedReply(name, language, text))


# What a file means


def test_a_file_as_spreadsheets_write_it(file: Path) -> None:
    held = (
        "\ufeffQueue, language ,name,text\r\n"
        'japan,ja,発送,"{customer_name}様、\r\n発送しました。""急ぎ"" {signature}"\r\n'
        "\r\n"
        "*,en,sorry ,We are sorry\r\n"
        ",,,\r\n"
    )
    assert texts(file, held) == [
        row("japan", "発送", '{customer_name}様、\n発送しました。"急ぎ" {signature}', "ja"),
        row("*", "sorry", "We are sorry"),
    ]


def test_columns_may_stand_in_any_order(file: Path) -> None:
    assert texts(file, "text,name,queue,language\nHi,hello,*,en\n") == [row("*", "hello", "Hi")]


def test_a_text_may_say_that_it_invites_and_says_so_again_when_it_is_written(file: Path) -> None:
    come = Row("*", CannedReply("come", "en", "Write to us", invites=True))
    held = "queue,language,name,Invites,text\n*,en,come, Yes ,Write to us\n*,en,way,,Sent\n"
    assert texts(file, held) == [come, row("*", "way", "Sent")]
    assert texts(file, written([come])) == [come]
    odd = "queue,language,name,invites,text\n*,en,come,maybe,Write to us\n"
    assert faults(file, odd) == ['canned.csv:2: invites: "yes", or nothing']


def test_a_head_alone_is_a_file_without_texts(file: Path) -> None:
    assert texts(file, HEAD) == []


def test_cp932_is_read_where_it_is_asked_for(file: Path) -> None:
    held = (HEAD + "japan,ja,お詫び,申し訳ございません～\n").encode("cp932")
    assert texts(file, held, "cp932") == [row("japan", "お詫び", "申し訳ございません～", "ja")]


def test_a_queue_s_own_text_goes_before_that_of_every_queue() -> None:
    every, other = row("*", "sorry", "from all"), row("*", "thanks", "Thank you")
    own = row("japan", "sorry", "of japan")
    assert by_queue([own, every, other], QUEUES) == {
        "japan": [own.reply, other.reply],
        "global": [every.reply, other.reply],
    }


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+81", "'+81"),
        ("-5", "'-5"),
        ("@sum", "'@sum"),
        ("＝１", "'＝１"),
        ("'=1", "''=1"),
        ("\ttab", "'\ttab"),
        ("'tis", "'tis"),
        ("a=1", "a=1"),
    ],
)
def test_what_a_spreadsheet_would_run_is_written_as_words(
    file: Path, cell: str, shown: str
) -> None:
    held = written([row("*", "name", cell)])
    assert held.startswith(b"\xef\xbb\xbf")
    records = list(csv.reader(io.StringIO(held.decode("utf-8-sig"), newline="")))
    assert records[1] == ["*", "en", "name", shown, ""]
    assert texts(file, held) == [row("*", "name", cell)]


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r{}")).filter(str.strip),
        min_size=1,
    )
)
def test_what_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, said: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "same.csv"
    rows = [row("*", f"n{number}", text) for number, text in enumerate(said)]
    assert texts(path, written(rows)) == rows


# What each fault says


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("", ["1: there is no column queue, language, name, text; the first line is: HEAD"]),
        ("queue,name,text\n", ["1: there is no column language; the first line is: HEAD"]),
        (
            "queue,language,name,text,by\n",
            ["1: there is no use for column by; the first line is: HEAD"],
        ),
        (
            "queue,language,name,text,text\n",
            ["1: there is no use for column text; the first line is: HEAD"],
        ),
        (
            "queue;language;name;text\n*;en;a;b\n",
            [
                "1: the columns are separated by semicolons; save it with commas. the first line is: HEAD"
            ],
        ),
        (
            "queue\tlanguage\tname\ttext\n",
            ["1: the columns are separated by tabs; save it with commas. the first line is: HEAD"],
        ),
        (
            HEAD + "*,en,a,one, two\n*,en,b\n",
            [
                "2: this row has 5 cells and the first has 4; a text that holds a comma stands in quotes",
                "3: this row has 3 cells and the first has 4; a text that holds a comma stands in quotes",
            ],
        ),
        (
            HEAD + '*,en,a,"one\ntwo"\n*,en,b,"never\nclosed\n',
            ["4: a quote is opened here and never closed"],
        ),
        (HEAD + f'*,en,b,"{"x" * 140_000}\n', ["2: a quote is opened here and never closed"]),
        (
            HEAD + '*,en,b,"one" two\n*,en,c,d,e\n',
            [
                '2: the quotes do not fit; a cell that holds a comma, " or a line end stands in quotes, and each " within it is written twice'
            ],
        ),
        (HEAD + "nowhere,en,a,b\n", ['2: queue: there is no queue "nowhere"']),
        (
            HEAD + "*,Japanese,,Dear {name}\n*,en,a, \n",
            [
                "2: name: write something here",
                "2: language: write a language's code: en, ja, pt-BR",
                "2: text: there is no placeholder {name}; placeholders are: {customer_name}, {signature}, {ticket}, {account}, {today}",
                "3: text: write something here",
            ],
        ),
        (
            HEAD + "*,en,a,b\njapan,en,a,b\n*,en,a,c\njapan,en,taken,x\n",
            [
                "4: line 2 has this queue, language and name; keep one",
                "5: app.yaml has a text of this queue, language and name; keep one",
            ],
        ),
        (HEAD + "*,en,a\x1b[2Jb,{oh}\n", None),
    ],
)
def test_each_fault_names_its_line_and_the_remedy(
    file: Path, held: str, said: list[str] | None
) -> None:
    found = faults(file, held)
    assert all(line.isprintable() for line in found)
    if said is not None:
        head = "queue,language,name,text"
        assert found == [f"canned.csv:{each.replace('HEAD', head)}" for each in said]


JAPANESE = HEAD + "*,en,a,b\njapan,ja,お詫び,申し訳ございません\n"


@pytest.mark.parametrize(
    ("held", "encoding", "said"),
    [
        (
            JAPANESE.encode("cp932"),
            "utf-8",
            '3: this looks like CP932 (Shift_JIS), as Excel saves "CSV" in Japan; save it as "CSV UTF-8", or import it with --encoding cp932',
        ),
        (JAPANESE.encode("utf-16"), "utf-8", '1: this is UTF-16 text; save it as "CSV UTF-8"'),
        (JAPANESE.encode(), "cp932", "1: this is UTF-8 text; leave --encoding out"),
        (b"a\ncaf\xe9\n", "utf-8", '2: this is not UTF-8 text; save it as "CSV UTF-8"'),
        (b"a\ncaf\xe9\n", "cp932", '2: this is not CP932 text; save it as "CSV UTF-8"'),
    ],
)
def test_another_encoding_is_named_with_what_to_do(
    file: Path, held: bytes, encoding: str, said: str
) -> None:
    assert faults(file, held, encoding) == [f"canned.csv:{said}"]


def test_of_many_faults_the_first_are_shown_and_all_are_counted(file: Path) -> None:
    found = faults(file, HEAD + "nowhere,en,a,b\n" * 531)
    assert len(found) == 21
    assert found[-1] == "canned.csv: 531 faults; the first 20 are shown"


# Many texts


def many(count: int) -> Iterable[Row]:
    return (row("*", f"reply {n}", f"Hello {{customer_name}}, number {n}.") for n in range(count))


def test_as_many_as_a_file_holds_are_read_while_progress_is_told(file: Path) -> None:
    file.write_bytes(written(many(MOST)))
    told: list[int] = []
    began = time.process_time()
    rows = read(Source(file, tell=told.append), wrong)
    assert time.process_time() - began < 10  # a second or so; the machine may be busy
    assert (len(rows), told) == (MOST, [10_000, 20_000, 30_000, 40_000, 50_000])


def test_one_more_is_refused_at_its_line(file: Path) -> None:
    assert faults(file, written(many(MOST + 1))) == [
        f"canned.csv:{MOST + 2}: a file holds at most {MOST} texts"
    ]


# Putting a file in place


def test_a_file_is_put_in_place_whole_with_the_rights_of_the_one_before(file: Path) -> None:
    inside = Path("new/folder/canned.csv")
    put(inside, b"one")
    assert inside.read_bytes() == b"one"
    inside.chmod(0o640)
    file.symlink_to(inside)
    put(file, b"two")
    assert file.is_symlink()
    assert inside.read_bytes() == b"two"
    assert stat.S_IMODE(inside.stat().st_mode) == 0o640
    assert list(inside.parent.iterdir()) == [inside]


def test_what_cannot_be_put_in_place_leaves_what_was_there(file: Path) -> None:
    file.mkdir()
    (file / "inside").touch()
    with pytest.raises(OSError, match="directory"):
        put(file, b"two")
    assert list(Path().iterdir()) == [file]


# On the command line


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the source tree's app.yaml, which holds two canned replies itself."""
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[1] / "app.yaml").read_text("utf-8")
    for name in text.split("${")[1:]:
        monkeypatch.setenv(name.split("}")[0], "made-up")
    monkeypatch.setenv("CHATOPS_KEY", "A" * 43 + "=")
    Path("app.yaml").write_text(text, "utf-8")
    return tmp_path


def named(shop: Path) -> None:
    text = (shop / "app.yaml").read_text("utf-8")
    (shop / "app.yaml").write_text(f"canned_from: texts/canned.csv\n{text}", "utf-8")


def said(*words: str, fails: bool = False) -> tuple[list[str], list[str]]:
    result = CliRunner().invoke(cli, ["texts", *words])
    assert result.exit_code == int(fails), result.output
    assert "Traceback" not in result.stderr
    return result.stdout.splitlines(), result.stderr.splitlines()


def test_what_app_yaml_holds_is_exported(shop: Path) -> None:
    assert said("export", "--output", "out.csv") == (["out.csv: 2 texts"], [])
    rows = read(Source(shop / "out.csv"), wrong)
    assert [each.key for each in rows] == [
        ("global", "en", "on its way"),
        ("japan", "ja", "発送のお知らせ"),
    ]
    result = CliRunner().invoke(cli, ["texts", "export"])
    assert result.stdout_bytes == (shop / "out.csv").read_bytes()


def test_a_file_is_imported_whole_and_exported_again(shop: Path) -> None:
    named(shop)
    held = (HEAD + "*,ja,お詫び,申し訳ございません\n").encode("cp932")
    (shop / "new.csv").write_bytes(held)
    told, _ = said("import", "new.csv", "--encoding", "cp932")
    assert told == ["texts/canned.csv: 1 texts; a running service takes them by SIGHUP"]
    kept = (shop / "texts" / "canned.csv").read_bytes()
    assert kept == written([row("*", "お詫び", "申し訳ございません", "ja")])
    said("export", "--output", "out.csv")
    assert (shop / "out.csv").read_bytes() == kept


def test_a_fault_leaves_the_file_that_is_there(shop: Path) -> None:
    named(shop)
    (shop / "texts").mkdir()
    (shop / "texts" / "canned.csv").write_bytes(b"queue,language,name,text\n*,en,a,b\n")
    before = (shop / "texts" / "canned.csv").read_bytes()
    held = HEAD + "nowhere,en,a,b\nglobal,en,on its way,twice\n*,en,b,{oh}\n"
    (shop / "new.csv").write_text(held, "utf-8")
    told, faulty = said("import", "new.csv", fails=True)
    assert told == []
    assert [line.split(": ")[0] for line in faulty] == ["new.csv:2", "new.csv:3", "new.csv:4"]
    assert "queues are: *, global, japan" in faulty[0]
    assert (shop / "texts" / "canned.csv").read_bytes() == before


def test_many_texts_are_imported_while_progress_is_told(shop: Path) -> None:
    named(shop)
    (shop / "new.csv").write_bytes(written(many(MOST)))
    told, progress = said("import", "new.csv")
    assert told == ["texts/canned.csv: 50,000 texts; a running service takes them by SIGHUP"]
    assert progress[0] == "10,000 rows read"
    assert len(progress) == 5


def test_without_a_file_in_app_yaml_there_is_nowhere_to_import_to(shop: Path) -> None:
    (shop / "new.csv").write_text(HEAD, "utf-8")
    _, faulty = said("import", "new.csv", fails=True)
    assert faulty == ["app.yaml names no file; write canned_from: texts/canned.csv there"]


def test_a_place_that_cannot_be_written_is_told(shop: Path) -> None:
    (shop / "in").touch()
    _, faulty = said("export", "--output", "in/out.csv", fails=True)
    assert faulty[0].startswith("in/out.csv cannot be written: ")
