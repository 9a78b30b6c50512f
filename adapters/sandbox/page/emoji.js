/** The emoji codes that cards of this kind use. A code that is not here stays as it was written, as in Slack. */

const CODES = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", alarm_clock: "⏰", arrow_down: "⬇️", arrow_right: "➡️", arrow_up: "⬆️",
  arrow_upper_right: "↗️", arrows_counterclockwise: "🔄", ballot_box_with_check: "☑️", bangbang: "‼️",
  bar_chart: "📊", bell: "🔔", bird: "🐦", black_large_square: "⬛", bookmark: "🔖", bulb: "💡", bust_in_silhouette: "👤",
  busts_in_silhouette: "👥", calendar: "📆", chart_with_downwards_trend: "📉", chart_with_upwards_trend: "📈",
  checkered_flag: "🏁", clipboard: "📋", clock1: "🕐", clock3: "🕒", clock9: "🕘", date: "📅", e_mail: "📧", email: "✉️", envelope: "✉️",
  envelope_with_arrow: "📩", exclamation: "❗", eye: "👁️", eyes: "👀", fire: "🔥", globe_with_meridians: "🌐",
  grey_question: "❔", hand: "✋", handshake: "🤝", heart: "❤️", heavy_check_mark: "✔️", heavy_exclamation_mark: "❗",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", inbox_tray: "📥", incoming_envelope: "📨", information_source: "ℹ️",
  jp: "🇯🇵", label: "🏷️", large_blue_circle: "🔵", large_green_circle: "🟢", large_orange_circle: "🟠",
  large_yellow_circle: "🟡", leftwards_arrow_with_hook: "↩️", link: "🔗", lock: "🔒", loudspeaker: "📢", mag: "🔍",
  mailbox: "📫", mega: "📣", memo: "📝", moon: "🌔", mute: "🔇", new: "🆕", no_bell: "🔕", no_entry: "⛔",
  no_entry_sign: "🚫", octagonal_sign: "🛑", ok: "🆗", ok_hand: "👌", outbox_tray: "📤", page_facing_up: "📄",
  paperclip: "📎", pause_button: "⏸️", pencil: "📝", pencil2: "✏️", pray: "🙏", pushpin: "📌", question: "❓",
  raised_hand: "✋", raising_hand: "🙋", rage: "😡", red_circle: "🔴", repeat: "🔁", rocket: "🚀", rotating_light: "🚨", satellite: "📡",
  scroll: "📜", small_blue_diamond: "🔹", small_orange_diamond: "🔸", smile: "😄", slightly_smiling_face: "🙂",
  sob: "😭", sos: "🆘", sparkles: "✨", speech_balloon: "💬", spiral_calendar_pad: "🗓️", star: "⭐", stopwatch: "⏱️",
  sunrise: "🌅", sunny: "☀️", tada: "🎉", ticket: "🎫", timer_clock: "⏲️", trophy: "🏆", unlock: "🔓", unread: "📩",
  warning: "⚠️", wastebasket: "🗑️", watch: "⌚", wave: "👋", white_check_mark: "✅", white_circle: "⚪",
  white_large_square: "⬜", wrench: "🔧", x: "❌", zap: "⚡", zzz: "💤",
};

/** The character for a code without its colons, or null. Skin tones are dropped. */
export function emoji(code) {
  return CODES[code.split("::")[0]] ?? null;
}
