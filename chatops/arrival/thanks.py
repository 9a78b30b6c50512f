"""Whether a customer's message only thanks: it then asks for nothing and reopens nothing. Pure.

Words are looked up in closed lists, in English and Japanese: one word of thanks or of "understood",
next to nothing beyond courtesy, and nothing that could be a wish, a doubt or a question. It errs
towards no. A wrong yes is cheap, for the message is shown all the same, with a button that reopens.
"""

import re
import unicodedata
from typing import Final

_LINKS_AND_NAMES: Final = re.compile(r"https?://\S+|@[A-Za-z0-9_.]+")
_ASKS: Final = re.compile(r"[?؟]|でしょうか|ますか|ですか|ませんか")
_REQUESTS: Final = re.compile(
    r"\b(?:please|pls|kindly|could you|can you|would you|let us know|dm us)\b"
    r"|ください|下さい|お願い|頂け|いただけ"
)
_DID_IT: Final = re.compile(
    r"\b(?:done|did|sent|just|replied|emailed|dmed|messaged|ordered|tried)\b|送りました|送信しました"
    r"|(?<!了解)(?<!了解いた)(?<!承知)(?<!承知いた)しました|済み"
)
_SENTENCE_END: Final = re.compile(r"[.!;\n]+")
_NUMBER: Final = re.compile(r"\d{3,}")
_JAPANESE: Final = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?")
_CORE: Final = _words(
    "thank thanks thanx thankyou thx tx ty tysm tyvm cheers appreciated appreciate ok okay "
    "noted understood gracias"
)
_COURTESY: Final = _words(
    "a ace again ah all alright amazing and any anyway are as at awesome be best better bless "
    "brilliant bye cool day excellent fab fantastic fast fine for from fyi getting glad god "
    "good goodbye got great guys happy have helpful helping help hello hey hi i i'll i'm it "
    "it's its job know legend lot love lovely lots man many mate me message mins much my nice "
    "now of oh on one outstanding over perfect perfectly prompt quick quickly quickness rapid "
    "real really reply replying respond responding response right service so sorted sorting "
    "speedy super support sure swift take taking team that that's the there this time to too "
    "top tweet u update very was way weekend well will wonderful works working wow ya yay "
    "yeah yep yes you you're you've your yours yup swiftly fixed resolved solved letting "
    "assistance assist attention info information answer clearing looking into being is been "
    "had y'all folks everyone xx x xo lol haha appreciation sir madam ma'am buddy dear kind "
    "kindness kindly patience"
)
_DOUBT: Final = _words(
    "but still however though although not no never nothing nobody can't cannot can could "
    "couldn't didn't doesn't don't isn't won't wasn't hasn't haven't wouldn't shouldn't when "
    "why how what where who which please need needs want wants wanted refund order ordered "
    "money cancel cancelled broken bad worst worse terrible useless joke ridiculous wait "
    "waiting waited again problem problems issue issues yet until unless if except only "
    "instead should would must because since disappointed poor awful rude late missing wrong "
    "fail failed"
)


#: Courtesies that hold a word of doubt.
_HARMLESS: Final = re.compile(
    r"\bno (?:problem|worries|need to reply)\b|(?<=\bthanks) again\b|(?<=\byou) again\b"
)

_KANSHA: Final = _words(
    "ありがとうございました ありがとうございます 有難うございました 有難うございます ありがとう御座います ありがとう 有難う ありがと あざます サンキュー 感謝します "
    "感謝いたします 感謝です 感謝 助かりました 助かります 助かった 了解しました 了解いたしました 了解です 了解 承知しました 承知いたしました 承知です わかりました "
    "分かりました 解りました お世話になりました"
)
_ORDINARY: Final = _words(
    "大丈夫です 届きました 早速の 早速 さっそくの さっそく 迅速な 迅速に 素早い 丁寧な ご丁寧に ご丁寧な 丁寧に 親切に 親切な ご親切に ご対応 対応 ご返信 返信 "
    "ご連絡 連絡 お返事 返事 ご回答 回答 ご確認 確認 ご説明 説明 ご案内 案内 お手数 お手間 おかけしました お掛けしました をおかけして 本当に ほんとうに ほんとに "
    "とても 大変 たいへん どうも 誠に 心より 色々 いろいろ 無事に 無事 おかげさまで お陰様で おかげ様で 解決しました 解決できました できました 出来ました 直りました "
    "教えていただき 教えて頂き 教えてくださり いただきまして 頂きまして いただき 頂き いただいて 頂いて くださいまして くださり 下さり くださって くれて もらって "
    "今後とも 引き続き よろしくお願いいたします よろしくお願いします 宜しくお願いいたします 宜しくお願いします よろしくです また何かあれば の方 こちらこそ はい うん おお "
    "よかったです 良かったです よかった 良かった 安心しました 嬉しいです うれしいです すみません お疲れ様です お疲れさまです こんにちは した です ます に の を は "
    "も て で と ね よ な 笑 w"
)
_BLOCKS: Final = re.compile(
    r"ですが|ますが|ましたが|けど|けれど|しかし|まだ|ない|無い|なく|ません|いつ|なぜ|どうして|どうやって"
    r"|どこ|なに|何[^か]|もらえ|貰え|いただける|頂ける|いただけれ|頂けれ|ほしい|欲しい|たい(?:です|の|$)"
    r"|返金|キャンセル|以上の条件|ところで|ちなみに|あと、|それと|もう一"
)


def is_thanks(text: str, *, answer_to: str | None) -> bool:
    """Tell whether a message only thanks or says "understood".

    `answer_to` is our own message that it answers, if known. To a question every answer matters;
    to a request "Done, thanks" is an answer and no closing word.
    """
    folded = _fold(_LINKS_AND_NAMES.sub(" ", text))
    if _ASKS.search(folded) or _NUMBER.search(folded):
        return False
    if answer_to is not None and _awaits(_fold(answer_to), folded):
        return False
    return _thanks_ja(folded) if _JAPANESE.search(folded) else _thanks_en(folded)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("’", "'").casefold()


def _awaits(asked: str, said: str) -> bool:
    if _ASKS.search(asked):
        return True
    return bool(_REQUESTS.search(asked) and _DID_IT.search(said))


def _thanks_en(folded: str) -> bool:
    said = _HARMLESS.sub(" ", folded)
    words = _WORD.findall(said)
    if _CORE.isdisjoint(words) or not _DOUBT.isdisjoint(words):
        return False
    sentences = [_WORD.findall(each) for each in _SENTENCE_END.split(said)]
    return all(_is_courteous(each) for each in sentences)


def _is_courteous(sentence: list[str]) -> bool:
    """Tell whether a sentence says nothing; one strange word is most often a name.

    A name stands by itself or beside thanks: any other sentence with a strange word tells
    something ("Thanks. It broke.").
    """
    strange = [word for word in sentence if word not in _CORE and word not in _COURTESY]
    if not strange:
        return True
    beside_thanks = not _CORE.isdisjoint(sentence) or len(sentence) == 1
    return beside_thanks and len(strange) <= max(1, len(sentence) // 6)


_ONE_KANSHA: Final = re.compile("|".join(sorted(map(re.escape, _KANSHA), key=len, reverse=True)))
_KNOWN_JA: Final = re.compile(
    "|".join(sorted(map(re.escape, _KANSHA | _ORDINARY), key=len, reverse=True))
)
_NOT_LETTERS: Final = re.compile(r"[\W_ー〜]+")
_ADDRESSED: Final = re.compile(r"^\w{1,6}(?:さん|様)")


def _thanks_ja(folded: str) -> bool:
    if not _ONE_KANSHA.search(folded) or _BLOCKS.search(folded):
        return False
    whole = _ADDRESSED.sub("", _NOT_LETTERS.sub("", folded))
    strange = _KNOWN_JA.sub("", whole)
    return len(strange) <= max(2, len(whole) // 6)
