/** The page's own labels, in English and Japanese. What bots and people write is never translated. */

const TABLE = {
  "app.title": ["Care sandbox", "ケア サンドボックス"],
  "app.make_believe": ["All make-believe", "すべて架空です"],
  "app.disconnected": ["The sandbox does not answer. Trying again…", "サンドボックスが応答しません。再接続しています…"],
  "app.tabs": ["Tabs of the app", "アプリのタブ"],
  "app.home": ["Home", "ホーム"],
  "app.messages": ["Messages", "メッセージ"],
  "app.empty": ["The app has not drawn its Home tab for you yet.", "アプリのホームはまだ表示されていません。"],
  "app.read_only": ["Sending messages to this app has been turned off.", "このアプリへのメッセージの送信はオフになっています。"],
  "nav.who": ["You are", "操作する人"],
  "nav.rooms": ["Rooms", "ルーム"],
  "nav.unread": ["unread", "未読"],
  "nav.private": ["private", "非公開"],
  "nav.panes": ["Panes", "画面"],
  "nav.language": ["Language of this page", "このページの言語"],
  "tab.chat": ["Chat", "チャット"],
  "tab.teams": ["Teams", "Teams"],
  "tab.customer": ["Customer", "お客様"],
  "tab.time": ["Time", "時刻"],
  "chat.members": ["{n} members", "{n}人"],
  "chat.empty": ["Nothing here yet. What happens in this room shows up here.", "まだ何もありません。このルームの出来事がここに表示されます。"],
  "chat.messages": ["Messages", "メッセージ"],
  "chat.message_to": ["Message #{room}", "#{room} へのメッセージ"],
  "chat.message_person": ["Message {room}", "{room} へのメッセージ"],
  "chat.hint": ["Enter sends · Shift+Enter new line · /care help", "Enterで送信 · Shift+Enterで改行 · /care help"],
  "chat.send": ["Send", "送信"],
  "chat.only_you": ["Only visible to you", "自分だけに表示されています"],
  "chat.app": ["APP", "アプリ"],
  "chat.edited": ["(edited)", "（編集済み）"],
  "chat.deleted": ["This message was deleted.", "このメッセージは削除されました。"],
  "chat.replies": ["{n} replies", "{n}件の返信"],
  "chat.reply": ["1 reply", "1件の返信"],
  "chat.start_thread": ["Reply in thread", "スレッドで返信"],
  "chat.delete": ["Delete message", "メッセージを削除"],
  "chat.delete_ask": ["Delete this message? The room will no longer show it.", "このメッセージを削除しますか？ルームに表示されなくなります。"],
  "file.download": ["Download", "ダウンロード"],
  "file.download_named": ["Download {name}", "{name} をダウンロード"],
  "file.preview": ["First lines", "先頭の行"],
  "file.more": ["{n} more lines", "ほか{n}行"],
  "file.bytes": ["{n} bytes", "{n}バイト"],
  "file.kilobytes": ["{n} KB", "{n} KB"],
  "file.megabytes": ["{n} MB", "{n} MB"],
  "thread.title": ["Thread", "スレッド"],
  "thread.close": ["Close thread", "スレッドを閉じる"],
  "thread.reply": ["Note in the thread…", "スレッドにメモ…"],
  "thread.hint": ["Notes for the team: the customer does not see this.", "チーム内のメモです。お客様には見えません。"],
  "teams.title": ["Teams", "Teams"],
  "teams.channels": ["Channels in Teams", "Teamsのチャネル"],
  "teams.posts": ["Posts", "投稿"],
  "teams.write": ["Write in Teams… (@Care …)", "Teamsに書く…（@Care …）"],
  "teams.answer": ["Write in this thread… (@Care note …)", "このスレッドに書く…（@Care メモ …）"],
  "teams.hint": ["Enter sends; @Care calls the app", "Enterで送信。@Careでアプリを呼びます"],
  "teams.reply": ["Reply", "返信"],
  "block.more": ["More actions", "その他の操作"],
  "block.image": ["Image", "画像"],
  "block.unknown": ["This page cannot show “{type}”.", "このページは「{type}」を表示できません。"],
  "block.choose": ["Choose…", "選択…"],
  "block.search": ["Type to search…", "入力して検索…"],
  "block.search_more": ["Type at least {n} characters.", "{n}文字以上入力してください。"],
  "block.searching": ["Searching…", "検索しています…"],
  "block.search_found": ["{n} found", "{n}件"],
  "block.search_none": ["Nothing found.", "見つかりませんでした。"],
  "block.search_failed": ["The app did not answer.", "アプリが応答しませんでした。"],
  "block.opens": ["opens in a new tab", "新しいタブで開きます"],
  "block.failed": ["That did not work: {why}", "うまくいきませんでした：{why}"],
  "dialog.cancel": ["Cancel", "キャンセル"],
  "dialog.confirm": ["Yes", "はい"],
  "dialog.close": ["Close", "閉じる"],
  "dialog.submit": ["Submit", "送信"],
  "dialog.optional": ["(optional)", "（任意）"],
  "dialog.length": ["{n} of {max}", "{n} / {max}"],
  "dialog.fix": ["Please correct what is marked below.", "下の項目を確認してください。"],
  "dialog.required": ["Please fill in this field.", "この項目を入力してください。"],
  "dialog.short": ["Please write at least {min} characters.", "{min}文字以上で入力してください。"],
  "customer.title": ["Customer", "お客様"],
  "customer.network": ["Network", "チャネル"],
  "customer.brand": ["our account {handle}", "自社アカウント {handle}"],
  "customer.person": ["Write as", "投稿者"],
  "customer.new_person": ["New customer…", "新しいお客様…"],
  "customer.handle": ["Handle", "ハンドル"],
  "customer.name": ["Name", "名前"],
  "customer.kind": ["Kind", "種類"],
  "customer.mention": ["Mention", "メンション"],
  "customer.reply": ["Reply", "リプライ"],
  "customer.dm": ["Direct message", "DM"],
  "customer.crowd": ["A crowd: {n} customers answer one post", "{n}人が1つの投稿に返信する"],
  "customer.text": ["What the customer writes", "投稿の内容"],
  "customer.samples": ["Samples", "例文"],
  "customer.send": ["Write as customer", "お客様として送信"],
  "customer.replying_to": ["In reply to {name}", "{name} への返信"],
  "customer.pick_post": ["Press “Reply” at a post below first.", "先に下の投稿の「返信」を押してください。"],
  "customer.stop_reply": ["Do not reply to this post", "この投稿への返信をやめる"],
  "customer.sees": ["What customers see", "お客様に見える画面"],
  "customer.timeline": ["Public posts", "公開の投稿"],
  "customer.private": ["Private messages", "DM"],
  "customer.none": ["No posts yet. Write the first one above.", "まだ投稿がありません。上から最初の投稿をしてみましょう。"],
  "customer.no_dm": ["No private messages yet.", "まだDMはありません。"],
  "customer.hidden": ["Hidden by the brand: only its author sees it", "企業が非表示にしました。本人にだけ見えます"],
  "customer.deleted": ["Deleted by its author", "投稿者が削除しました"],
  "customer.is_brand": ["Brand", "公式"],
  "customer.delete": ["Delete", "削除"],
  "customer.reply_button": ["Reply", "返信"],
  "customer.to": ["to {name}", "{name} へ"],
  "customer.down": ["This network does not answer.", "このチャネルは応答しません。"],
  "customer.need_handle": ["A new customer needs a handle: letters, digits and _ only.", "新しいお客様のハンドルを半角英数字と _ で入力してください。"],
  "time.title": ["Business time", "業務時刻"],
  "time.ahead": ["{span} ahead of the real clock", "実際の時刻より{span}進んでいます"],
  "time.real": ["same as the real clock", "実際の時刻と同じです"],
  "time.plus_15": ["+15 min", "+15分"],
  "time.plus_60": ["+1 h", "+1時間"],
  "time.morning": ["Next morning 9:00", "翌朝9:00"],
  "time.not_up": ["The service is not up yet: time cannot be turned.", "サービスがまだ起動していないため、時刻を進められません。"],
  "time.none": ["Started without a service: time cannot be turned here.", "サービスなしで起動しているため、時刻は変えられません。"],
  "time.about": ["Turns the service’s business clock forward: deadlines, snoozes, alerts and digests come due as if the time had passed.", "サービスの業務時刻を進めます。期限、スヌーズ、アラート、ダイジェストが、その時間が経ったものとして動きます。"],
  "process.title": ["Processes of the service", "サービスのプロセス"],
  "process.ready": ["ready · pid {pid}", "稼働中 · pid {pid}"],
  "process.starting": ["starting · pid {pid}", "起動中 · pid {pid}"],
  "process.dead": ["not running", "停止中"],
  "process.kill": ["Kill", "強制終了"],
  "process.kill_named": ["Kill {name} at once, as a power cut does", "{name} を強制終了（停電と同じ）"],
  "process.start": ["Start again", "再起動"],
  "process.start_named": ["Start {name} again", "{name} を再起動"],
  "process.about": ["They share one database. Kill one while it works: the others go on.", "一つのデータベースを共有しています。動作中に一つを強制終了しても、ほかのプロセスが処理を続けます。"],
  "toast.dismiss": ["Dismiss", "閉じる"],
  "toast.area": ["Notifications", "通知"],
  "mrkdwn.here": ["@here", "@here"],
  "mrkdwn.channel": ["@channel", "@channel"],
  "mrkdwn.everyone": ["@everyone", "@everyone"],
  "span.days": ["{n} d", "{n}日"],
  "span.hours": ["{n} h", "{n}時間"],
  "span.minutes": ["{n} min", "{n}分"],
};

let column = 0;

/** Speak English ("en") or Japanese ("ja"); anything else is English. */
export function setLanguage(language) {
  column = language === "ja" ? 1 : 0;
  document.documentElement.lang = lang();
}

/** The page's language now, "en" or "ja". */
export function lang() {
  return column === 1 ? "ja" : "en";
}

/** A label, with its {placeholders} filled. An unknown name is a fault in this page and throws. */
export function w(name, values = {}) {
  const row = TABLE[name];
  if (!row) throw new Error(`no such label: ${name}`);
  return row[column].replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}

/** A length of time in words, to the minute. */
export function span(seconds) {
  const minutes = Math.round(Math.abs(seconds) / 60);
  const parts = [
    ["span.days", Math.floor(minutes / 1440)],
    ["span.hours", Math.floor((minutes % 1440) / 60)],
    ["span.minutes", minutes % 60],
  ].filter(([, n]) => n > 0);
  const space = column === 1 ? "" : " ";
  return parts.map(([name, n]) => w(name, { n })).join(space) || w("span.minutes", { n: 0 });
}
