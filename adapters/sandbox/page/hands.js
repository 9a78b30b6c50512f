/**
 * A person's hands in Slack, and what Slack's own client says when they fail.
 *
 * Every method acts as the person whom `who()` names at that moment.
 */

import { Refused, slackHand } from "./api.js";
import { toast } from "./toasts.js";
import { w } from "./words.js";

export class Hands {
  #who;
  #changed;

  /** `changed()` is called after each act, so that the page need not wait for the next news. */
  constructor(who, changed) {
    this.#who = who;
    this.#changed = changed;
  }

  /** What pressing an element of this message does. */
  pressIn(room, message) {
    return (e, block, chosen) => this.#press({ channel: room.id, ts: message.ts }, e, block, chosen);
  }

  /** What pressing an element of this view does. */
  pressInView(view) {
    return (e, block, chosen) => this.#press({ view_id: view.id }, e, block, chosen);
  }

  typeIn(view) {
    return (e, block, value) => this.#act("type", { view_id: view.id, block_id: block.block_id, action_id: e.action_id, value });
  }

  say(room, text, thread) {
    return this.#act("say", { channel: room.id, text, ...(thread ? { thread_ts: thread } : {}) });
  }

  command(room, command, text) {
    return this.#act("command", { channel: room.id, command, text });
  }

  remove(room, message) {
    return this.#act("delete", { channel: room.id, ts: message.ts });
  }

  /** Submit a view: `{acked, errors?, why?}`. */
  async submit(view, values) {
    try {
      const answer = await slackHand("submit", { as: this.#who(), view_id: view.id, values });
      return { acked: answer.acked, errors: answer.errors, why: w("block.timeout") };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { acked: false, why: w("block.failed", { why: error.message }) };
    } finally {
      await this.#changed();
    }
  }

  close(view) {
    return this.#act("close", { view_id: view.id });
  }

  /** Say what did not work; false, so that a composer keeps its text. */
  complain(sentence) {
    toast("fault", sentence);
    return false;
  }

  #press(where, e, block, chosen) {
    return this.#act("press", { ...where, block_id: block.block_id, action_id: e.action_id, ...chosen });
  }

  /** Act, and tell whether it worked. */
  async #act(name, body) {
    try {
      await slackHand(name, { as: this.#who(), ...body });
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.complain(w("block.failed", { why: error.message }));
    } finally {
      await this.#changed();
    }
  }
}
