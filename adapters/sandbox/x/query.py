"""X's language of search queries: the part that looks for hashtags, read as strictly as X reads it.

Clauses with a space between must all hold; OR stands between alternatives and binds less; brackets
group; a minus denies a clause (docs.x.com/x-api/posts/search/integrate/build-a-query). Known are
hashtags, handles, words, `from:`, and `is:` reply, quote or retweet; of others X has many.
"""

import re
from collections.abc import Callable

from adapters.sandbox.x import problems
from adapters.sandbox.x.world import Post, XWorld

Matches = Callable[[Post], bool]

_TOKEN = re.compile(r"\s*(-?\(|\)|[^\s()]+)")
_FROM = re.compile(r"from:@?(\w{1,15})", re.ASCII)
_KINDS: dict[str, Matches] = {
    "is:reply": lambda post: post.reply_to is not None,
    "is:quote": lambda post: post.quotes is not None,
    # nobody reposts on this X
    "is:retweet": lambda _post: False,
}


class Query:
    """One query, read whole before anything is looked for."""

    def __init__(self, written: str, world: XWorld) -> None:
        """Read a query.

        Raises:
            Problem: it is not written in the language.
        """
        self._written = written
        self._world = world
        #: What is still to be read, and the position where each piece begins.
        self._rest = [(found[1], found.start(1)) for found in _TOKEN.finditer(written)]
        #: Does a clause stand that X lets stand alone? Denied ones and `is:` do not.
        self.stands_alone = False
        self.matches = self._either(denied=False)
        if self._rest:
            raise self._wrong("no viable alternative", self._rest[0][1])

    def _either(self, *, denied: bool) -> Matches:
        alternatives = [self._both(denied=denied)]
        while self._rest and self._rest[0][0] == "OR":
            self._rest.pop(0)
            alternatives.append(self._both(denied=denied))
        return lambda post: any(each(post) for each in alternatives)

    def _both(self, *, denied: bool) -> Matches:
        clauses = []
        while self._rest and self._rest[0][0] not in {"OR", ")"}:
            clauses.append(self._clause(denied=denied))
        if not clauses:
            at = self._rest[0][1] if self._rest else len(self._written)
            raise self._wrong("a clause is missing", at)
        return lambda post: all(each(post) for each in clauses)

    def _clause(self, *, denied: bool) -> Matches:
        word, at = self._rest.pop(0)
        denies = word.startswith("-")
        denied = denied or denies
        word = word.removeprefix("-")
        if word == "(":
            inner = self._either(denied=denied)
            if not self._rest or self._rest.pop(0)[0] != ")":
                raise self._wrong("missing closing parenthesis", len(self._written))
        else:
            inner = self._operator(word, at, denied=denied)
        return (lambda post: not inner(post)) if denies else inner

    def _operator(self, word: str, at: int, *, denied: bool) -> Matches:
        if word in {"or", "and", "AND", "not", "NOT"}:
            raise self._wrong(f"Ambiguous use of {word} as a keyword", at)
        if word in _KINDS:
            return _KINDS[word]
        self.stands_alone |= not denied
        if found := _FROM.fullmatch(word):
            handle = found[1].casefold()
            return lambda post: self._world.people[post.author_id].handle.casefold() == handle
        if word.startswith("#"):
            return self._hashtag(word, at)
        if word.startswith("@"):
            return lambda post: word.casefold() in post.text.casefold().split()
        if not word or ":" in word:
            raise self._wrong(f"no viable alternative at {word!r}", at)
        return lambda post: word.casefold() in post.text.casefold()

    def _hashtag(self, word: str, at: int) -> Matches:
        """A hashtag is matched whole, in capitals or not: #sun does not find #sunset."""
        tags = self._world.hashtags(word)
        if [(start, end) for start, end, _ in tags] != [(0, len(word))]:
            raise self._wrong(f"{word!r} is no hashtag", at)
        wanted = tags[0][2].casefold()
        return lambda post: any(
            tag.casefold() == wanted for _, _, tag in self._world.hashtags(post.text)
        )

    def _wrong(self, what: str, at: int) -> problems.Problem:
        return problems.invalid(
            f"There were errors processing your request: {what} (at position {at + 1})",
            query=self._written,
        )
