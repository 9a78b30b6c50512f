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

  /** What an external select of this message offers for what is typed. */
  suggestIn(room, message) {
    return (e, block, typed) => this.#suggest({ channel: room.id, ts: message.ts }, e, block, typed);
  }

  /** What an external select of this view offers for what is typed. */
  suggestInView(view) {
    return (e, block, typed) => this.#suggest({ view_id: view.id }, e, block, typed);
  }

  /** Choose a shortcut in a message's menu. */
  shortcut(room, message, name) {
    return this.#act("shortcut", { channel: room.id, ts: message.ts, callback_id: name });
  }

  /** Open the app at a tab, which it may hear of. */
  visit(tab) {
    return this.#act("home", { tab });
  }

  /** What typing in an input of this view does; `enter` where the Enter key ended it. */
  typeIn(view) {
    return (e, block, value, enter = false) => this.#act(
      "type",
      { view_id: view.id, block_id: block.block_id, action_id: e.action_id, value, enter },
    );
  }

  say(room, text, thread) {
    return this.#act("say", { channel: room.id, text, ...(thread ? { thread_ts: thread } : {}) });
  }

  command(room, command, text, thread) {
    return this.#act("command", { channel: room.id, command, text, ...(thread ? { thread_ts: thread } : {}) });
  }

  remove(room, message) {
    return this.#act("delete", { channel: room.id, ts: message.ts });
  }

  /** Submit a view; gives the errors beside its fields, `{block_id: sentence}`, or a sentence why it failed. */
  async submit(view, values) {
    try {
      const { errors = {}, error } = await slackHand("submit", { as: this.#who(), view_id: view.id, values });
      return { errors, why: error ? w("block.failed", { why: error }) : "" };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { errors: {}, why: w("block.failed", { why: error.message }) };
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

  #press(where, e, block, value) {
    return this.#act("press", { ...where, block_id: block.block_id, action_id: e.action_id, value });
  }

  /** Ask for a select's options; null where they cannot be had, which Slack itself says. */
  async #suggest(where, e, block, typed) {
    const body = { ...where, block_id: block.block_id, action_id: e.action_id, value: typed };
    try {
      const { error, ...offered } = await slackHand("suggest", { as: this.#who(), ...body });
      return error ? null : offered;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return null;
    }
  }

  /** Act, and tell whether it worked. What Slack itself complains of comes as a notice in its state. */
  async #act(name, body) {
    try {
      const { error } = await slackHand(name, { as: this.#who(), ...body });
      return !error;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.complain(w("block.failed", { why: error.message }));
    } finally {
      await this.#changed();
    }
  }
}
