"""Words dictated into a shell, and the resulting command line."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.spoken import DEFAULT, heard
from windictator.settings.vocabulary import VocabularyError, parse_vocabulary, parse_words
from windictator.text.command_line import command_line_adjust
from windictator.text.context_adjust import MIDDLE_OF_TEXT, START_OF_TEXT, Context

OWN = DEFAULT.with_user_words(parse_words('[words]\n"my server" = "build.example.org"\n', "words"), 1.0)


def typed(*utterances: str, context: Context = START_OF_TEXT) -> str:
    """Return the command line after the utterances."""
    line = ""
    for utterance in utterances:
        text, context = command_line_adjust(OWN.for_command_lines.format(heard(utterance)), context)
        line += text
    return line


@pytest.mark.parametrize(
    ("said", "line"),
    [
        # Plain words
        ("echo hello world", "echo hello world"),
        ("make test", "make test"),
        ("i may go in march", "i may go in march"),
        ("first file", "first file"),
        ("ssh my server", "ssh build.example.org"),
        ("exit", "exit"),
        # Letters
        ("l s", "ls"),
        ("g i t status", "git status"),
        ("c d", "cd"),
        ("echo a test", "echo a test"),
        ("p s space a u x", "ps aux"),
        ("r m foo", "rm foo"),
        # Options
        ("l s dash l a", "ls -la"),
        ("ls dash l space dash a", "ls -l -a"),
        ("git dash dash version", "git --version"),
        ("make dash dash verbose", "make --verbose"),
        ("make dash dash dry dash run", "make --dry-run"),
        ("docker build dash dash no dash cache dot", "docker build --no-cache ."),
        ("ls dash dash all dash l", "ls --all -l"),
        ("ls dash dash color equals auto", "ls --color=auto"),
        ("ls dash dash color equals auto dash l", "ls --color=auto -l"),
        ("head dash n twenty", "head -n 20"),
        ("head dash n twenty log", "head -n 20 log"),
        ("kill dash nine one two three four", "kill -91234"),
        ("kill dash nine space one two three four", "kill -9 1234"),
        ("tail dash f slash var slash log slash syslog", "tail -f /var/log/syslog"),
        ("cd dash", "cd -"),
        ("git checkout dash b feature hyphen login", "git checkout -b feature-login"),
        ("apt hyphen get update", "apt-get update"),
        ("tar dash x z f archive dot tar dot g z", "tar -xzf archive.tar.gz"),
        ("chmod plus x run", "chmod +x run"),
        ("date plus percent y", "date +%y"),
        # Paths
        ("c d slash e t c", "cd /etc"),
        ("cd slash usr slash share", "cd /usr/share"),
        ("cd projects slash site", "cd projects/site"),
        ("cd dot dot", "cd .."),
        ("cd dot dot slash dot dot", "cd ../.."),
        ("cd dot dot slash src", "cd ../src"),
        ("cd tilde", "cd ~"),
        ("cd tilde slash downloads", "cd ~/downloads"),
        ("tilde slash downloads", "~/downloads"),
        ("ls tilde documents", "ls ~ documents"),
        ("dot slash run", "./run"),
        ("dot slash configure dash dash prefix equals slash usr", "./configure --prefix=/usr"),
        ("sudo apt install dot slash tool dot deb", "sudo apt install ./tool.deb"),
        ("sudo cat slash etc slash hosts", "sudo cat /etc/hosts"),
        ("cat src slash main dot c", "cat src/main.c"),
        ("cat dot bashrc", "cat .bashrc"),
        ("vim tilde slash dot bashrc", "vim ~/.bashrc"),
        ("git add dot", "git add ."),
        ("cp notes dot txt space slash tmp", "cp notes.txt /tmp"),
        ("ls slash", "ls /"),
        ("slash usr slash bin slash env python", "/usr/bin/env python"),
        ("cp dash r src slash dot space slash mnt", "cp -r src/. /mnt"),
        ("ping example dot com", "ping example.com"),
        ("curl https colon slash slash example dot com slash api", "curl https://example.com/api"),
        ("find dot dash name quote star dot py quote", 'find . -name "*.py"'),
        ("cd my underscore project", "cd my_project"),
        ("git reset head tilde one", "git reset head~1"),
        ("git show head caret", "git show head^"),
        ("ssh root at sign my server", "ssh root@build.example.org"),
        ("scp a space root at sign host colon slash tmp", "scp a root@host:/tmp"),
        ("curl localhost colon eight thousand eighty slash health", "curl localhost:8080/health"),
        # Patterns
        ("rm star dot log", "rm *.log"),
        ("ls star", "ls *"),
        ("rm dash rf star", "rm -rf *"),
        ("rm old star", "rm old*"),
        ("ls foo question mark", "ls foo?"),
        ("ls star star slash star dot py", "ls **/*.py"),
        ("ls file open bracket a b close bracket", "ls file[ab]"),
        ("open bracket dash f notes close bracket and and echo yes", "[ -f notes ] && echo yes"),
        # Numbers
        ("chmod seven five five run", "chmod 755 run"),
        ("sleep ten", "sleep 10"),
        ("seq one space ten", "seq 1 10"),
        ("ssh dash p two two two two host", "ssh -p 2222 host"),
        ("python three point eleven", "python 3.11"),
        ("fold dash w one hundred and twenty", "fold -w 120"),
        # Redirections and pipes
        ("ls greater than out dot txt", "ls > out.txt"),
        ("echo hello greater than greater than log", "echo hello >> log"),
        ("sort less than names", "sort < names"),
        ("ls pipe grep foo", "ls | grep foo"),
        ("ls pipe w c dash l", "ls | wc -l"),
        ("ls pipe pipe echo no", "ls || echo no"),
        ("make and and make install", "make && make install"),
        ("make ampersand", "make &"),
        ("make two greater than ampersand one pipe less", "make 2>&1 | less"),
        ("make two greater than slash dev slash null", "make 2>/dev/null"),
        ("make greater than slash dev slash null two greater than ampersand one", "make > /dev/null 2>&1"),
        ("head dash n two greater than out", "head -n 2 > out"),
        ("cd src semicolon ls", "cd src; ls"),
        ("cat slash etc slash passwd pipe sort", "cat /etc/passwd | sort"),
        ("echo oops greater than ampersand two", "echo oops >&2"),
        # Variables and substitution
        ("echo dollar home", "echo $HOME"),
        ("ls dollar home slash bin", "ls $HOME/bin"),
        ("echo dollar sign x", "echo $x"),
        ("echo dollar question mark", "echo $?"),
        ("echo dollar open paren date close paren", "echo $(date)"),
        ("export name equals value", "export name=value"),
        ("export name equals quote two words quote", 'export name="2 words"'),
        ("export all caps path equals dollar path colon slash opt", "export PATH=$PATH:/opt"),
        ("echo dollar open brace name close brace", "echo ${name}"),
        # Quotes
        ("git commit dash m quote fix the bug quote", 'git commit -m "fix the bug"'),
        ("git commit dash m quote fix colon wrong name comma again quote", 'git commit -m "fix: wrong name, again"'),
        ("echo single quote hello world single quote pipe cat", "echo 'hello world' | cat"),
        ("grep dash r quote to do quote dot", 'grep -r "to do" .'),
        ("find dot dash exec rm open brace close brace backslash semicolon", r"find . -exec rm {} \;"),
        # Effects and escapes
        ("echo literal dash", "echo dash"),
        ("echo cap hello", "echo Hello"),
        ("camel case get user name", "getUserName"),
    ],
)
def test_words_become_a_command_line(said, line):
    """The result is what a person would type who dictates each character."""
    assert typed(said) == line


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (("l s", "dash l"), "ls -l"),
        (("ls", "slash etc"), "ls /etc"),
        (("git commit dash m quote", "fix the bug", "quote"), 'git commit -m "fix the bug"'),
        (("cd tilde slash", "downloads"), "cd ~/downloads"),
        (("ls", "pipe", "less"), "ls | less"),
        (("make dash dash", "dry", "dash run"), "make --dry-run"),
        (("cat notes", "dot txt"), "cat notes.txt"),
    ],
)
def test_command_line_continues_in_the_next_utterance(said, line):
    """A pause changes nothing, because only the text before the caret decides."""
    assert typed(*said) == line


def test_unknown_context_begins_a_command():
    """It counts as a prompt; the space of the context is that of the prompt."""
    assert typed("cd slash etc", context=MIDDLE_OF_TEXT) == "cd /etc"


_SAID = st.lists(
    st.sampled_from(
        [
            *("ls", "a", "l", "dash", "dash dash", "slash", "dot", "star", "pipe", "space", "quote", "two", "equals"),
            *("hello", "greater than", "and and", "tilde", "colon", "dollar", "open bracket", "close bracket", "comma"),
            *("single quote", "cap", "no space", "literal", "ampersand", "semicolon", "new line", "my server"),
        ]
    ),
    max_size=12,
)


@given(said=_SAID)
def test_command_line_keeps_every_word(said):
    """Only spaces are added, and only letters are joined."""
    words = OWN.for_command_lines.format(heard(" ".join(said)))
    text, context = command_line_adjust(words, START_OF_TEXT)
    wanted = "".join(word.text for word in words)
    kept = [wanted.replace('""', '"').replace("''", "'").casefold(), text.casefold()]
    assert len({"".join(each.split()) for each in kept}) == 1
    assert context.before == text[-400:]


def test_shell_parser_finds_the_intended_arguments():
    """A real parser checks more than the look."""
    said = "git commit dash a m quote fix the bug quote and and ls dash l space star dot txt"
    assert shlex.split(typed(said)) == ["git", "commit", "-am", "fix the bug", "&&", "ls", "-l", "*.txt"]


def test_vocabulary_without_command_line_table_is_used():
    """The table is optional in other languages."""
    assert parse_vocabulary('symbols = [{ text = "/", spoken = ["stroke"] }]', "v").for_command_lines is not None


def test_mistake_in_command_line_table_names_its_place():
    """The user must find it among hundreds of symbols."""
    with pytest.raises(VocabularyError, match=r"^v:2: command_line.symbols 1.text: is missing; it must be a text"):
        parse_vocabulary('[command_line]\nsymbols = [{ spoken = ["stroke"] }]', "v")
    with pytest.raises(VocabularyError, match=r"^v:\d+: command_line.words: unknown key; allowed: symbols"):
        parse_vocabulary("[command_line]\nwords = 1", "v")
