/** The two networks and the shop in one shape: people, public posts and private messages, each with its author's name. */

import { networkHand, readNetwork, Refused } from "./api.js";
import { w } from "./words.js";

/** What customers write where: the first is what they begin with. */
export const NETWORKS = {
  x: { title: () => "X", kinds: ["mention", "reply", "dm"], read: () => read("x") },
  chirp: { title: () => "Chirp", kinds: ["mention", "reply", "dm"], read: () => read("chirp") },
  shop: { title: () => w("customer.shop"), kinds: ["review", "reply", "dm"], read: () => read("shop") },
};

/** Kana or kanji: the networks guess a writer's language from it. */
const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;

/** A network's state, or null where it does not answer. */
async function read(name) {
  try {
    return named(await readNetwork(name));
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** Give every post and message its author's name, and whether that is the brand. */
function named({ brand, people, posts, dms }) {
  const names = new Map([brand, ...people].map((person) => [person.handle, person.name]));
  const signed = (item) => ({
    ...item,
    handle: item.author,
    name: names.get(item.author) ?? item.author,
    brand: item.author === brand.handle,
  });
  return {
    brand,
    people,
    posts: posts.map(signed),
    messages: dms.map((dm) => ({ ...signed(dm), to: names.get(dm.to) ?? dm.to })),
  };
}

/** Write as a customer, who is made if there is none of that handle; gives null, or why it failed. */
export function write(network, { handle, name, text, kind, parent, stars }) {
  const asked = { as: handle, text, kind, lang: JAPANESE.test(text) ? "ja" : "en" };
  if (name) asked.name = name;
  if (kind === "reply") asked.to_post = parent;
  if (kind === "review") asked.stars = stars;
  return tried(networkHand(network, "write", asked));
}

/** Delete a customer's post; gives null, or why it did not work. */
export function erase(network, post) {
  return tried(networkHand(network, "delete", { id: post.id }));
}

async function tried(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}
