/** Sentences that customers of a make-believe outdoor shop might write, one press away. */

export const SAMPLES = [
  { id: "en-late", lang: "en", title: "Late parcel", kinds: ["mention", "dm"], text: "My tent was due on Tuesday and tracking has not moved since. We leave on Saturday. Can you tell me where it is?" },
  { id: "en-broken", lang: "en", title: "Broken zip", kinds: ["mention", "reply"], text: "Second night out and the zip of my Aozora jacket is gone already. Is that covered by the guarantee?" },
  { id: "en-thanks", lang: "en", title: "Thanks only", kinds: ["reply", "dm"], text: "That worked, thank you so much! 🙏" },
  { id: "en-angry", lang: "en", title: "Angry", kinds: ["mention", "reply"], text: "Third mail without an answer. Charging my card twice and then silence is really not OK. I want my money back." },
  { id: "en-review", lang: "en", title: "Leaking tent", kinds: ["review"], text: "Water came through the seams on the first rainy night. For this price that is a bad joke." },
  { id: "ja-late", lang: "ja", title: "届かない", kinds: ["mention", "dm"], text: "火曜日に届くはずのテントがまだ届きません。土曜日から使う予定なのですが、今どこにあるか教えていただけますか？" },
  { id: "ja-broken", lang: "ja", title: "ファスナー故障", kinds: ["mention", "reply"], text: "買ったばかりのジャケットのファスナーが二日目で壊れてしまいました。保証の対象になりますか？" },
  { id: "ja-thanks", lang: "ja", title: "お礼", kinds: ["reply", "dm"], text: "無事に解決しました。ご丁寧にありがとうございました！" },
  { id: "ja-angry", lang: "ja", title: "お怒り", kinds: ["mention", "reply"], text: "問い合わせを三回しても返事がありません。二重に請求されたままです。至急返金してください。" },
  { id: "ja-review", lang: "ja", title: "雨漏り", kinds: ["review"], text: "最初の雨の夜に縫い目から水が入りました。この値段でこの品質は残念です。" },
];
