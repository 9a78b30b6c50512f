/** A crowd of make-believe customers, who all answer one post within a moment. */

import { write } from "./networks.js";

export const CROWD = 50;

const FIRST = ["Ada", "Bo", "Cleo", "Dan", "Eri", "Finn", "Gus", "Hiro", "Ivy", "Jo"];
const LAST = ["Aoki", "Berg", "Costa", "Dunn", "Endo"];
const TEXTS = [
  "Same here: the zip of mine is stuck since the first night.",
  "うちのも同じです。初日からファスナーが動きません。",
  "Mine too. Is this being recalled?",
  "交換してもらえますか？ 週末に使う予定です。",
  "I bought two of these. What happens now?",
  "問い合わせ窓口に電話がつながりません。",
];

/** Let them all write; gives null, or why the first who could not failed. */
export async function crowd(network, post) {
  const run = Date.now().toString(36).slice(-5);
  for (let n = 0; n < CROWD; n += 1) {
    const why = await write(network, {
      handle: `crowd_${run}_${n}`,
      name: `${FIRST[n % FIRST.length]} ${LAST[Math.floor(n / FIRST.length)]}`,
      text: TEXTS[n % TEXTS.length],
      kind: "reply",
      parent: post.id,
    });
    if (why) return why;
  }
  return null;
}
