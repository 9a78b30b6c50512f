"""settle: somebody looked whether a post of ours is there, where the chat itself cannot be asked."""

from enum import StrEnum

from pydantic import BaseModel

from chatops.call import Call, Settled, on_post


class Seen(StrEnum):
    THERE = "there"
    AGAIN = "again"  #: it is not, and is to be posted again


class Settle(BaseModel):
    post: int
    seen: Seen


@on_post("settle", Settle)
def settle(args: Settle, _call: Call) -> Settled:
    return Settled(args.post, args.seen is Seen.THERE)
