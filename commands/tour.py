"""tour: the first five minutes of a new agent, page by page."""

from pydantic import BaseModel, Field

from chatops.call import Answer, Call, looks
from chatops.cards.tour_card import PAGES, tour_card
from chatops.ports import Reader


class Tour(BaseModel):
    page: int = Field(1, ge=1, le=PAGES)


@looks("tour", Tour)
async def tour(args: Tour, call: Call, _reader: Reader) -> Answer:
    return Answer(tour_card(args.page, call))
