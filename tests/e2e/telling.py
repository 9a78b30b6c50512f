"""What differs between the tellings of the day: people, place and words. Everything is invented."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who writes, and what."""

    handle: str
    name: str
    asks: str


@dataclass(frozen=True, slots=True)
class Telling:
    lang: str
    network: str
    agent: str  #: Slack's ids of persons
    lead: str
    manager: str
    agent_name: str  #: as replies are signed, and as sentences name them
    lead_name: str
    lead_key: str  #: in app.yaml
    room: str
    queue: str
    other_room: str
    other_queue: str
    managers: str
    leads: str
    announcement: str
    mine: Customer  #: whom the agent has had since the evening before
    theirs: Customer  #: whom the lead has
    refund: Customer
    twice: tuple[Customer, Customer]  #: one customer, in two threads
    pair: tuple[Customer, Customer]  #: two customers, one matter
    invited: Customer
    elsewhere: Customer  #: belongs to the other queue
    press: Customer
    giveaway: Customer
    rude: Customer
    waits: Customer  #: whom nobody takes
    typed: str  #: of a canned reply's name, to find it
    canned: str  #: the name
    canned_says: str
    added: str  #: to the canned reply before the name, so that it is no repetition
    searched: str
    tag: str
    reason: str
    moved_because: str
    macro: str
    invites: str
    sends: str  #: the invited customer, by direct message
    question: str  #: of a colleague, in a room
    answer: str
    remark: str  #: of the lead, in a room
    handed: str
    says: dict[str, str]


EN: Final = Telling(
    lang="en",
    network="x",
    agent="U01BEN",
    lead="U03MAYA",
    manager="U04KEN",
    agent_name="Ben",
    lead_name="Maya",
    lead_key="maya",
    room="care-global",
    queue="global",
    other_room="care-japan",
    other_queue="japan",
    managers="care-managers",
    leads="care-leads",
    announcement="The new AOZORA 2P tent is out today.",
    mine=Customer("elsa_outside", "Elsa", "Does the 2P come without the footprint?"),
    theirs=Customer("pia_kayaks", "Pia", "Do you repair dry bags? Mine leaks at the seam."),
    refund=Customer(
        "omar_h",
        "Omar H.",
        "I sent the jacket back three weeks ago and there is still no refund. Where is my money?",
    ),
    twice=(
        Customer("liam_walks", "Liam Byrne", "Do you ship the 2P tent to Ireland?"),
        Customer("liam_walks", "Liam Byrne", "Hello? Ireland, the 2P tent: do you ship it or not?"),
    ),
    pair=(
        Customer("nora_peaks", "Nora Peaks", "My tent pole snapped on its second night out."),
        Customer(
            "sam_r_hikes", "Sam R.", "Second person here with a snapped 2P pole. A bad batch?"
        ),
    ),
    invited=Customer("gracecamps", "Grace Camps", "My discount code does not work at checkout."),
    elsewhere=Customer("hana_sora", "はな", "渋谷店でサイズ交換はできますか？"),
    press=Customer(
        "dev_writes", "Dev Rao", "I am a journalist: may I ask about your recycled fabrics?"
    ),
    giveaway=Customer("win_win_win", "Win Win", "RT and follow for our big GIVEAWAY!"),
    rude=Customer("ugly_bot", "Cheap Tents", "Do not buy this junk, buy cheap tents at my page"),
    waits=Customer("kai_rides", "Kai Rides", "Is the green jacket warm enough for November?"),
    typed="refund",
    canned="Refund is on its way",
    canned_says="your refund is on its way",
    added="The bank tells me: tomorrow at the latest.",
    searched="refund",
    tag="vip",
    reason="asks for the second time",
    moved_because="Asks about the shop in Shibuya.",
    macro="refund",
    invites="Hello Grace, sorry about that! Could you send us the code by direct message? Ben",
    sends="Here it is: AOZORA-10. It says that it has expired.",
    question="A shop in Dublin asks whether we still have ten of the green jackets. Do we?",
    answer="Yes, twelve in M and L. I have put ten aside until Friday.",
    remark="The new poles are back from the test: all good, we can send them out.",
    handed="My shift ends; nothing here is urgent before tomorrow.",
    says={
        "giveaways": "giveaways",
        "repeat": "30 days",
        "closed": "Closed: resolved",
        "hidden": "Hidden by the brand",
        "digest": "Closes on",
        "alerts": "alerts",
        "soon": "⏳ Due soon",
        "late": "⚠ Late",
        "why": "Late by",
        "known": "knows that this is late",
    },
)

JA: Final = Telling(
    lang="ja",
    network="chirp",
    agent="U02AOI",
    lead="U04KEN",
    manager="U04KEN",
    agent_name="伊藤",
    lead_name="佐藤",
    lead_key="ken",
    room="care-japan",
    queue="japan",
    other_room="care-global",
    other_queue="global",
    managers="care-managers-jp",
    leads="care-leads-jp",
    announcement="秋の新作テント「AOZORA 2P」を本日発売しました。",
    mine=Customer("jun_fuji", "ジュン", "会員ポイントの有効期限を教えてください。"),
    theirs=Customer("mio_aozora", "みお", "ザックのバックルが割れました。修理は有料ですか？"),
    refund=Customer(
        "taro_camp",
        "たろう",
        "3週間前に返品したジャケットの返金がまだありません。どうなっていますか？",
    ),
    twice=(
        Customer("ryo_bike", "りょう", "新しいテントは沖縄にも届きますか？"),
        Customer("ryo_bike", "りょう", "沖縄への配送の件、お返事をいただけませんか。"),
    ),
    pair=(
        Customer("yuki_yama", "山本 ゆき", "テントのポールが二日目の夜に折れました。"),
        Customer("kenji_trail", "ケンジ", "うちの2Pもポールが折れました。同じロットでしょうか。"),
    ),
    invited=Customer("saki_0418", "さき", "クーポンコードが使えません。"),
    elsewhere=Customer("gracecamps", "Grace Camps", "Hi! Do you ship the 2P tent to Scotland?"),
    press=Customer("nao_shimbun", "なお", "再生素材について取材をお願いできますか。"),
    giveaway=Customer(
        "atari_chan", "当たりちゃん", "フォロー＆リポストで当たるプレゼント企画はこちら！"
    ),
    rude=Customer("yasui_tent", "激安テント", "こんなの買うな。激安テントはうちのページで。"),
    waits=Customer("emi_hills", "えみ", "緑のジャケットは11月の山でも暖かいですか？"),
    typed="返金",
    canned="返金のお知らせ",
    canned_says="ご返金の手続きをいたしました",
    added="銀行によれば、遅くとも明日とのことです。",
    searched="返金",
    tag="重要",
    reason="二度目のお問い合わせ",
    moved_because="英語でのお問い合わせです。",
    macro="返金",
    invites="さきさん、ご不便をおかけしております。クーポンコードをDMでお知らせいただけますでしょうか。 伊藤",
    sends="コードは AOZORA-10 です。期限切れと表示されます。",
    question="横浜の取扱店から、緑のジャケットが10着残っているか問い合わせがありました。ありますか？",
    answer="MとLを合わせて12着あります。10着を金曜まで取り置きました。",
    remark="新しいポールの検査が終わりました。問題ありません。発送できます。",
    handed="退勤します。急ぎのものはありません。",
    says={
        "giveaways": "プレゼント企画",
        "repeat": "30日",
        "closed": "クローズ（解決）",
        "hidden": "企業が非表示",
        "digest": "のクローズ",
        "alerts": "アラート",
        "soon": "⏳ まもなく期限",
        "late": "⚠ 期限超過",
        "why": "の超過",
        "known": "期限超過を把握しています",
    },
)
