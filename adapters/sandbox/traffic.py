"""A lively morning at a make-believe outdoor shop: what its customers write, in the shop's languages.

Everybody and everything here is invented. The first steps come at once, so that there is something
to look at from the first second; the others follow one by one.
"""

from dataclasses import dataclass
from typing import Literal

from adapters.sandbox.clock import Clock
from adapters.sandbox.network import Network
from adapters.sandbox.shop import Shop
from adapters.sandbox.x import XCloud

#: `reply` answers the shop's announcement, `again` the person's own last post; a `post` names nobody
#: and is found by the shop's hashtag.
Kind = Literal["mention", "reply", "quote", "post", "dm", "again"]


@dataclass(frozen=True, slots=True)
class Customer:
    handle: str
    name: str
    lang: str
    followers: int


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that one customer writes on one network."""

    network: Literal["x", "chirp"]
    who: Customer
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What one customer writes on the shop's own site: a review with stars, or else in its chat."""

    who: Customer
    text: str
    stars: int | None = None


_YUKI = Customer("yuki_yama", "山本 ゆき", "ja", 318)
_TARO = Customer("taro_camp", "たろう@ソロキャンプ", "ja", 12_400)
_HANA = Customer("hana_sora", "はな", "ja", 87)
_KENJI = Customer("kenji_trail", "ケンジ", "ja", 954)
_SAKI = Customer("saki_0418", "さき", "ja", 203)
_RYO = Customer("ryo_bike", "りょう", "ja", 41)
_MIO = Customer("mio_aozora", "みお", "ja", 1_120)
_LIAM = Customer("liam_walks", "Liam Byrne", "en", 540)
_NORA = Customer("nora_peaks", "Nora Peaks", "en", 27_300)
_OMAR = Customer("omar_h", "Omar H.", "en", 66)
_GRACE = Customer("gracecamps", "Grace Camps", "en", 1_905)
_DEV = Customer("dev_on_trail", "Dev", "en", 152)
_ELSA = Customer("elsa_outside", "Elsa", "en", 733)
_SAM = Customer("sam_r_hikes", "Sam R.", "en", 9)
_PIA = Customer("pia_kayaks", "Pia", "en", 410)
_JUN = Customer("jun_fuji", "Jun", "ja", 58)
_NAO = Customer("nao_tentlife", "なお⛺", "ja", 2_870)
_LENA = Customer("lena_k", "Lena K.", "en", 0)
_MAKOTO = Customer("makoto_w", "まこと", "ja", 0)
_RUTH = Customer("ruth_b", "Ruth B.", "en", 0)
_AYA = Customer("aya_s", "あや", "ja", 0)

ANNOUNCEMENT = "秋の新作テント「AOZORA 2P」を本日発売しました。The new AOZORA 2P tent is out today."

SCRIPT: tuple[Step | Visit, ...] = (
    Step("x", _YUKI, "mention", "注文した寝袋がまだ届きません。注文番号はDMで送ればいいですか？"),
    Step(
        "x",
        _NORA,
        "mention",
        "My tent pole snapped on its second night out. In the rain. At 2,000 metres. I paid 400 "
        "euros for this and nobody answers your phone. What are you going to do about it?",
    ),
    Step(
        "chirp",
        _HANA,
        "dm",
        "サイズ交換をお願いしたいのですが、タグを切ってしまいました。可能でしょうか。",
    ),
    Visit(
        _LENA,
        "The seams of this tent let water in on the first rainy night. Sent back twice, no answer.",
        stars=1,
    ),
    Step("x", _TARO, "reply", "これ、前室の高さはどれくらいありますか？ 身長185cmでも座れますか？"),
    Step(
        "chirp", _LIAM, "mention", "Do you ship the 2P tent to Ireland, and how long does it take?"
    ),
    Step("x", _OMAR, "dm", "Hi, I was charged twice for the same order. Can you check please?"),
    Step(
        "x",
        _NAO,
        "post",
        "新しいテントを張ってみたら、初日からファスナーが動かない…。買ったばかりなのに残念です。#あおぞらテント",
    ),
    Visit(_AYA, "チャットで失礼します。注文した寝袋の届け先を変更できますか。"),
    Step("x", _SAKI, "reply", "ありがとうございます！"),
    Step("chirp", _KENJI, "mention", "渋谷店の年末年始の営業時間を教えてください。"),
    Step(
        "x",
        _YUKI,
        "again",
        "追記です。配送状況は「発送準備中」のまま1週間変わっていません。週末に使う予定なので心配です。",
    ),
    Step(
        "chirp", _GRACE, "dm", "The discount code from your newsletter does not work at checkout."
    ),
    Step(
        "x",
        _DEV,
        "mention",
        "Is the Kumo jacket machine washable? The label says one thing and your site another. "
        "Also, will the green one come back in M?",
    ),
    Step("x", _OMAR, "dm", "Order is from last Friday. Two payments, same minute, same amount."),
    Step(
        "chirp",
        _RYO,
        "mention",
        "昨日届いたランタンの電源が入りません。初期不良でしょうか。交換をお願いします。",
    ),
    Visit(_RUTH, "Hi! The app shows my parcel as delivered, but nothing is here. Can you look?"),
    Step(
        "x",
        _ELSA,
        "quote",
        "Finally a two-person tent under 1.5 kg. Does it come without the footprint?",
    ),
    Step("chirp", _SAM, "mention", "Thanks so much, that solved it! 🙏"),
    Step(
        "x",
        _MIO,
        "mention",
        "店舗で買ったザックのバックルが3回目の使用で割れました。修理は有料ですか？ もう信用できません。",
    ),
    Step("chirp", _LIAM, "again", "And is duty included in the price, or do I pay it at the door?"),
    Visit(
        _MAKOTO,
        "ストーブの点火装置がすぐに壊れました。問い合わせても返事がなく、とても残念です。",
        stars=2,
    ),
    Step("x", _PIA, "dm", "Do you repair dry bags? Mine leaks at the seam after two summers."),
    Step("chirp", _JUN, "dm", "会員ポイントの有効期限が知りたいです。よろしくお願いします。"),
    Step("x", _NORA, "again", "Still nothing. Three hours now. I have a trip on Saturday."),
)

AT_ONCE = 6
#: Seconds between the steps that follow.
EVERY_S = 20.0


async def play(x: XCloud, network: Network, shop: Shop, clock: Clock) -> None:
    """Write the whole script; the announcement that some answer comes first."""
    announced = {
        "x": x.hands.brand_writes(ANNOUNCEMENT).id,
        "chirp": network.hands.brand_writes(ANNOUNCEMENT).id,
    }
    last: dict[tuple[str, str], str] = {}
    for count, step in enumerate(SCRIPT):
        if count >= AT_ONCE:
            await clock.sleep(EVERY_S)
        if isinstance(step, Visit):
            _at_shop(shop, step)
            continue
        key = (step.network, step.who.handle)
        target = last.get(key) if step.kind == "again" else announced[step.network]
        written = (
            _on_x(x, step, target) if step.network == "x" else _on_chirp(network, step, target)
        )
        if written is not None:
            last[key] = written


def _on_x(x: XCloud, step: Step, target: str | None) -> str | None:
    """Write it; gives the post's id, or None for a direct message."""
    who = step.who
    person = x.hands.person(who.handle, name=who.name, lang=who.lang, followers=who.followers)
    match step.kind:
        case "dm":
            x.hands.message(person, step.text)
            return None
        case "reply" | "again":
            return x.hands.write(person, step.text, "reply", target).id
        case "mention" | "quote" | "post":
            return x.hands.write(person, step.text, step.kind, target).id


def _on_chirp(network: Network, step: Step, target: str | None) -> str | None:
    """Write it; Chirp knows no quotes and no search, so those are ordinary posts there."""
    who = step.who
    person = network.hands.person(who.handle, name=who.name, lang=who.lang, followers=who.followers)
    match step.kind:
        case "dm":
            network.hands.message(person, step.text)
            return None
        case "reply" | "again":
            return network.hands.write(person, step.text, target).id
        case "mention" | "quote" | "post":
            return network.hands.write(person, step.text).id


def _at_shop(shop: Shop, visit: Visit) -> None:
    person = shop.hands.person(visit.who.handle, name=visit.who.name, lang=visit.who.lang)
    if visit.stars is None:
        shop.hands.message(person, visit.text)
    else:
        shop.hands.write(person, visit.text, stars=visit.stars)
